import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodeImage,
  decodeView,
  maxPixelsFor,
  resizePixels,
} from '../../../../lib/service/inference/decode.ts';
import {
  NotTheViewError,
  UndecodableImageError,
} from '../../../../lib/service/inference/errors.ts';

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

  it.each([
    [11, 4, [3, 0, 7]],
    [4, 11, [0, 3, 7]],
    [9, 9, [2, 2, 7]],
  ])('rounds the offset of the centre of %i x %i down', async (width, height, first) => {
    const crop = { width: 4, height: 4, resizeShorterSide: Math.min(width, height) };
    const pixels = await decodeImage(await png(width, height), crop);
    expect([...pixels.subarray(0, 3)]).toEqual(first);
  });

  it('scales four fields of 16 x 16 to four of 4 x 4', async () => {
    const fields = Buffer.from([...[10, 60, 0], ...[90, 20, 0], ...[30, 250, 0], ...[200, 7, 255]]);
    const image = await sharp(fields, { raw: { width: 2, height: 2, channels: 3 } })
      .resize({ width: 32, height: 32, kernel: 'nearest' })
      .png()
      .toBuffer();
    const pixels = await decodeImage(image, { width: 8, height: 8, resizeShorterSide: 8 });
    const at = (x: number, y: number) => [...pixels.subarray(3 * (8 * y + x), 3 * (8 * y + x) + 3)];
    // The kernel (Lanczos) reaches three pixels far: the corners know nothing of the other fields.
    expect(at(0, 0)).toEqual([10, 60, 0]);
    expect(at(7, 0)).toEqual([90, 20, 0]);
    expect(at(0, 7)).toEqual([30, 250, 0]);
    expect(at(7, 7)).toEqual([200, 7, 255]);
  });

  it('gives the wanted size for images of any size', async () => {
    const side = fc.integer({ min: 1, max: 400 });
    const crop = fc.record(
      { width: side, height: side, resizeShorterSide: side },
      { requiredKeys: ['width', 'height'] },
    );
    const type = fc.constantFrom('jpeg' as const, 'png' as const);
    await fc.assert(
      fc.asyncProperty(side, side, crop, type, async (width, height, wanted, format) => {
        const image = await sharp({ create: { ...solid, width, height } })
          .toFormat(format)
          .toBuffer();
        const pixels = await decodeImage(image, wanted);
        expect(pixels.length).toBe(3 * wanted.width * wanted.height);
      }),
      { numRuns: 50 },
    );
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

  it.each(['p3', 'cmyk'] as const)(
    'converts colours of the profile %s to sRGB',
    async (profile) => {
      const image = await sharp({ create: solid })
        .withIccProfile(profile)
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .toBuffer();
      const stored = await sharp(image, { ignoreIcc: true }).raw().toBuffer();
      const converted = await decodeImage(image, { width: 8, height: 8 });
      const colour = [0xc0, 0x80, 0x40];
      const error = (pixels: Uint8Array) =>
        Math.max(...colour.map((value, i) => Math.abs(value - (pixels[i] ?? 0))));
      expect(error(stored)).toBeGreaterThan(8);
      // CMYK cannot show this orange exactly.
      expect(error(converted)).toBeLessThan(profile === 'p3' ? 4 : 30);
    },
  );

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

describe('decodeView', () => {
  const view = { width: 16, height: 16 };

  it.each(['png', 'webp', 'jpeg'] as const)('gives the pixels of a %s untouched', async (type) => {
    const image = await gradient(16, 16).toFormat(type, { lossless: true }).toBuffer();
    const pixels = await sharp(image).raw().toBuffer();
    expect(await decodeView(image, view, view)).toEqual(pixels);
  });

  it('gives what a model sees of the picture itself, to the bit, where it is of the view’s scale', async () => {
    const seed = fc.uint8Array({ minLength: 48, maxLength: 48 });
    const side = fc.integer({ min: 20, max: 90 });
    const wide = { width: 16, height: 16, resizeShorterSide: 20 };
    const narrow = { width: 12, height: 12, resizeShorterSide: 20 };
    await fc.assert(
      fc.asyncProperty(seed, side, side, async (data, width, height) => {
        const picture = await sharp(data, { raw: { width: 4, height: 4, channels: 3 } })
          .resize({ width, height, fit: 'fill' })
          .png()
          .toBuffer();
        const raw = await decodeImage(picture, wide);
        const cut = await sharp(raw, { raw: { width: 16, height: 16, channels: 3 } })
          .png()
          .toBuffer();
        for (const crop of [wide, narrow]) {
          const seen = await decodeImage(picture, crop);
          expect(await decodeView(cut, wide, crop)).toEqual(seen);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('scales it for a model of a smaller input', async () => {
    const image = await sharp({ create: { ...solid, width: 16, height: 16 } })
      .png()
      .toBuffer();
    const pixels = await decodeView(image, view, { width: 8, height: 6, resizeShorterSide: 8 });
    expect(pixels.length).toBe(3 * 8 * 6);
    expect([...pixels.subarray(-3)]).toEqual([0xc0, 0x80, 0x40]);
  });

  it('turns it as EXIF says, once', async () => {
    const turned = await gradient(6, 4)
      .withMetadata({ orientation: 6 })
      .webp({ lossless: true })
      .toBuffer();
    const upright = { width: 4, height: 6 };
    const pixels = await decodeView(turned, upright, upright);
    expect([...pixels.subarray(0, 3)]).toEqual([0, 3, 7]);
    const lying = { width: 6, height: 4 };
    await expect(decodeView(turned, lying, lying)).rejects.toBeInstanceOf(NotTheViewError);
  });

  it('refuses another size by its header alone', async () => {
    const bomb = (await png12000()).subarray(0, 100);
    for (const image of [await png(16, 17), await png(8, 8), bomb]) {
      const refused = decodeView(image, view, view);
      await expect(refused).rejects.toBeInstanceOf(NotTheViewError);
    }
    await expect(decodeView(await png(16, 17), view, view)).rejects.toThrow(
      'mdi-view says that the image is the view, which has 16x16 pixels, but it has 16x17',
    );
  });

  it.each([
    ['text', async () => Buffer.from('this is not an image')],
    ['a truncated JPEG', truncatedJpeg],
  ])('refuses %s', async (_, make) => {
    const size = { width: 200, height: 200 };
    const refused = decodeView(await make(), size, size);
    await expect(refused).rejects.toBeInstanceOf(UndecodableImageError);
  });
});

describe('the limit of pixels', () => {
  it('leaves memory for the rest of the function', () => {
    expect(maxPixelsFor(128)).toBe(7_111_111);
    expect(maxPixelsFor(1769)).toBe(50_000_000);
    expect(maxPixelsFor(10_240)).toBe(50_000_000);
  });

  it('is that of the decoded image, and says both numbers', async () => {
    const image = await png(100, 50);
    expect((await decodeImage(image, { width: 8, height: 8 }, 5_000)).length).toBe(192);
    await expect(decodeImage(image, { width: 8, height: 8 }, 4_999)).rejects.toThrow(
      'the image cannot be decoded: 100 x 50 pixels are more than 4,999',
    );
  });

  it('is given in millions where it is that large', async () => {
    await expect(decodeImage(await png12000(), { width: 8, height: 8 }, 7_111_111)).rejects.toThrow(
      '12000 x 12000 pixels are more than 7.1 million',
    );
  });
});

describe('resizePixels', () => {
  it('leaves pixels of the right size alone', async () => {
    const pixels = { data: Uint8Array.of(1, 2, 3), width: 1, height: 1 };
    expect(await resizePixels(pixels, { width: 1, height: 1 })).toBe(pixels.data);
  });

  it('scales others', async () => {
    const pixels = { data: Uint8Array.of(9, 8, 7, 9, 8, 7), width: 2, height: 1 };
    const scaled = await resizePixels(pixels, { width: 2, height: 2 });
    expect([...scaled]).toEqual([9, 8, 7, 9, 8, 7, 9, 8, 7, 9, 8, 7]);
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
