import { type CropSize, type Pixels, regionOf } from '@mdinference/client/onnxruntime-react-native';
import { AlphaType, ColorType, FilterMode, MipmapMode, Skia } from '@shopify/react-native-skia';

/** The RGB pixels of a photo that a model takes; React Native has no decoder, Skia has. */
export function pixelsOf(photo: Uint8Array, size: CropSize): Pixels {
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
  const format = { colorType: ColorType.RGBA_8888, alphaType: AlphaType.Unpremul };
  const rgba = surface.makeImageSnapshot().readPixels(0, 0, { width, height, ...format });
  if (!rgba) throw new Error('the photo cannot be read');
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) data[i] = rgba[4 * Math.floor(i / 3) + (i % 3)] ?? 0;
  return { data, width, height };
}
