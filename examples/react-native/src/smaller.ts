import { ImageFormat, Skia } from '@shopify/react-native-skia';

/** A photo as a smaller JPEG, upright: what is sent until the service has told what its models see. */
export function smaller(
  photo: Uint8Array,
  { maxSide, quality }: { maxSide: number; quality: number },
): Uint8Array {
  const image = Skia.Image.MakeImageFromEncoded(Skia.Data.fromBytes(photo));
  if (!image) throw new Error('the photo cannot be decoded');
  const scale = Math.min(1, maxSide / Math.max(image.width(), image.height()));
  const width = Math.round(scale * image.width());
  const height = Math.round(scale * image.height());
  const surface = Skia.Surface.Make(width, height);
  if (!surface) throw new Error('there is no memory for the photo');
  const all = Skia.XYWHRect(0, 0, image.width(), image.height());
  surface.getCanvas().drawImageRect(image, all, Skia.XYWHRect(0, 0, width, height), Skia.Paint());
  return surface.makeImageSnapshot().encodeToBytes(ImageFormat.JPEG, 100 * quality);
}
