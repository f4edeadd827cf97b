import sharp from 'sharp';

/** Quality at which every image of the catalogue is compressed, as a phone's camera would. */
export const jpegQuality = 90;

/** A square RGB picture as JPEG. */
export function encodeJpeg(pixels: Uint8Array, size: number): Promise<Buffer> {
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality: jpegQuality })
    .toBuffer();
}
