import { type CropSize, regionOf } from '@mdinference/client/app-images';
import { FilterMode, MipmapMode, type SkImage, Skia } from '@shopify/react-native-skia';

/** What the models see of a photo, in the size in which they see it: upright, the centre cut out. */
export function cropOf(photo: Uint8Array, size: CropSize): SkImage {
  const { width, height } = size;
  const image = Skia.Image.MakeImageFromEncoded(Skia.Data.fromBytes(photo));
  const surface = Skia.Surface.Make(width, height);
  if (!image || !surface) throw new Error('the photo cannot be decoded');
  const region = regionOf({ width: image.width(), height: image.height() }, size);
  surface
    .getCanvas()
    .drawImageRectOptions(
      image,
      region,
      Skia.XYWHRect(0, 0, width, height),
      FilterMode.Linear,
      MipmapMode.Linear,
    );
  return surface.makeImageSnapshot();
}
