import sharp from 'sharp';

/** Quality at which every image of the catalogue is compressed, as a phone's camera would. */
export const jpegQuality = 90;

/**
 * A square RGB picture as JPEG.
 *
 * @param side - of the JPEG in pixels; by default that of the picture, which is scaled otherwise
 */
export function encodeJpeg(pixels: Uint8Array, size: number, side = size): Promise<Buffer> {
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .resize(side)
    .jpeg({ quality: jpegQuality })
    .toBuffer();
}
