import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../lib/inference/decode.ts';
import { UndecodableImageError } from '../../../lib/inference/errors.ts';

/** A PNG whose pixel at (x, y) is (x, y, 7). */
function gradient(width: number, height: number) {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    pixels.set([i % width, Math.floor(i / width), 7], 3 * i);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const png = (width: number, height: number) => gradient(width, height).png().toBuffer();
const solid = { width: 64, height: 48, channels: 3, background: '#c08040' } as const;

describe('decodeImage', () => {
  it('gives the pixels of an image that has the wanted size', async () => {
    const pixels = await decodeImage(await png(4, 3), { width: 4, height: 3 });
    expect([...pixels.subarray(0, 6)]).toEqual([0, 0, 7, 1, 0, 7]);
    expect([...pixels.subarray(-3)]).toEqual([3, 2, 7]);
    expect(pixels.length).toBe(36);
  });

  it('cuts the centre out of what is larger in one direction', async () => {
    const pixels = await decodeImage(await png(10, 4), { width: 4, height: 4 });
    expect([...pixels.subarray(0, 3)]).toEqual([3, 0, 7]);
  });

  it('scales the shorter side, then cuts', async () => {
    const image = await sharp({ create: solid }).png().toBuffer();
    const pixels = await decodeImage(image, { width: 16, height: 16, resizeShorterSide: 24 });
    expect(pixels.length).toBe(16 * 16 * 3);
    expect([...pixels.subarray(0, 3)]).toEqual([0xc0, 0x80, 0x40]);
  });

  it('scales a single pixel up', async () => {
    const image = await sharp({ create: { ...solid, width: 1, height: 1 } })
      .png()
      .toBuffer();
    const pixels = await decodeImage(image, { width: 8, height: 8 });
    expect(pixels.length).toBe(192);
    expect([...pixels.subarray(-3)]).toEqual([0xc0, 0x80, 0x40]);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('reads %s', async (format) => {
    const image = await sharp({ create: solid }).toFormat(format).toBuffer();
    const [red = 0, green = 0, blue = 0] = await decodeImage(image, { width: 8, height: 8 });
    expect(Math.abs(red - 0xc0)).toBeLessThan(8);
    expect(Math.abs(green - 0x80)).toBeLessThan(8);
    expect(Math.abs(blue - 0x40)).toBeLessThan(8);
  });

  it('turns grey and transparent images into RGB', async () => {
    const grey = await gradient(8, 8).greyscale().png().toBuffer();
    expect((await decodeImage(grey, { width: 8, height: 8 })).length).toBe(192);
    const clear = await sharp({ create: { ...solid, channels: 4, background: '#ff000000' } })
      .png()
      .toBuffer();
    expect([...(await decodeImage(clear, { width: 1, height: 1 }))]).toEqual([0, 0, 0]);
  });

  it('rotates as EXIF says', async () => {
    const turned = await gradient(6, 4)
      .withMetadata({ orientation: 6 })
      .webp({ lossless: true })
      .toBuffer();
    const pixels = await decodeImage(turned, { width: 4, height: 6 });
    expect([...pixels.subarray(0, 3)]).toEqual([0, 3, 7]);
  });

  it.each([
    ['nothing', async () => Buffer.alloc(0)],
    ['text', async () => Buffer.from('this is not an image')],
    ['SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8"/>')],
    ['a GIF', () => sharp({ create: solid }).gif().toBuffer()],
    ['a TIFF', () => sharp({ create: solid }).tiff().toBuffer()],
    ['a truncated JPEG', truncatedJpeg],
    ['12,000 x 12,000 pixels', () => png12000()],
  ])('refuses %s', async (_, make) => {
    const crop = { width: 8, height: 8 };
    await expect(decodeImage(await make(), crop)).rejects.toBeInstanceOf(UndecodableImageError);
  });
});

async function truncatedJpeg(): Promise<Buffer> {
  const whole = await gradient(200, 200).jpeg().toBuffer();
  return whole.subarray(0, whole.length / 2);
}

function png12000(): Promise<Buffer> {
  return sharp({
    create: { ...solid, width: 12_000, height: 12_000 },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 1 })
    .toBuffer();
}
