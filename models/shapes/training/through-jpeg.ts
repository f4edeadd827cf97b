import sharp from 'sharp';
import { decodeImage } from '../../../lib/inference/decode.ts';
import { imageSize } from '../../../lib/shapes/generate.ts';

/** Quality at which every image of the catalogue is compressed, as a phone's camera would. */
export const jpegQuality = 90;

/** A square RGB picture as JPEG. */
export function encodeJpeg(pixels: Uint8Array, size: number): Promise<Buffer> {
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality: jpegQuality })
    .toBuffer();
}

/** The RGB bytes that the service hands to a model for a JPEG of a picture. */
export async function decodeJpeg(jpeg: Uint8Array): Promise<Uint8Array> {
  return decodeImage(jpeg, { width: imageSize, height: imageSize });
}
