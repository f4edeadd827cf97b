import type { CropSize, Pixels } from '@mdinference/client/app-images';
import { AlphaType, ColorType } from '@shopify/react-native-skia';
import { cropOf } from './crop.ts';

/** The RGB pixels of a photo that a model takes; React Native has no decoder, Skia has. */
export function pixelsOf(photo: Uint8Array, size: CropSize): Pixels {
  const { width, height } = size;
  const format = { colorType: ColorType.RGBA_8888, alphaType: AlphaType.Unpremul };
  const rgba = cropOf(photo, size).readPixels(0, 0, { width, height, ...format });
  if (!rgba) throw new Error('the photo cannot be read');
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) data[i] = rgba[4 * Math.floor(i / 3) + (i % 3)] ?? 0;
  return { data, width, height };
}
