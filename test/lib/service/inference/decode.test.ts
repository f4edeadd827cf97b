import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeLimitsFor } from '../../../../lib/core/images/limits.ts';
import { decodeImage, decodeView, resizePixels } from '../../../../lib/service/inference/decode.ts';
import {
  NotTheViewError,
  UndecodableImageError,
} from '../../../../lib/service/inference/errors.ts';
import {
  animatedPng,
  animatedWebp,
  bandBomb,
  chunk,
  codesBomb,
  flatJpeg,
  flatPng,
  flatWebp,
  profileBomb,
  scanBomb,
  textBomb,
  withProfile,
} from '../../../fixtures/costly-images.ts';
import { variedPixels, wholeJpegs, wholeSize } from '../../../fixtures/whole-images.ts';

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
    const bomb = withSize(await png(16, 16), 10_000);
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

describe('an image that was made to be costly', () => {
  const crop = { width: 8, height: 8 };
  const large = { width: 7_070, height: 7_070 };
  const text = textBomb(7_900_000);
  const costly = /^the image cannot be decoded: an? .+; at most .+ are (spent|read)$/;

  it.each([
    ['a JPEG of 2,000 scans', () => scanBomb(2_000, large)],
    ['a JPEG of 95 scans', () => scanBomb(95, large)],
    ['a JPEG of 43 scans, through all coefficients', () => bandBomb(14, large)],
    ['an interlaced PNG of 16 bits', () => flatPng({ ...large, ...deep, isInterlaced: true })],
    ['a PNG of 20,000 x 20,000 pixels', () => withSize(flatPng(solid), 20_000)],
    ['a PNG with 400 compressed texts', () => flatPng({ ...solid, before: Array(400).fill(text) })],
    [
      'a lossless WebP of 16,383 x 16,383 pixels',
      () => flatWebp({ width: 16_383, height: 16_383 }),
    ],
    ['an animated one', () => animatedWebp({ width: 16_383, height: 16_383 }, 100)],
  ])('is refused: %s', async (_, make) => {
    const refused = decodeImage(make(), crop);
    await expect(refused).rejects.toBeInstanceOf(UndecodableImageError);
    await expect(refused).rejects.toThrow(costly);
    await expect(decodeView(make(), crop, crop)).rejects.toThrow(costly);
  });

  it('is refused where memory does not allow it', async () => {
    const tables = codesBomb({ width: 1_024, height: 1_024 });
    await expect(decodeImage(tables, crop, decodeLimitsFor(512))).rejects.toThrow(
      'a lossless WebP of 1024 x 1024 pixels may take 388 MB to decode; at most 171 MB are spent',
    );
    expect((await decodeImage(tables, crop, decodeLimitsFor(1769))).length).toBe(192);
  });

  it.each([
    ['an animated PNG', () => animatedPng({ width: 64, height: 64 }, 50)],
    ['an animated WebP', () => animatedWebp({ width: 64, height: 64 }, 50)],
  ])('gives its first picture: %s', async (_, make) => {
    expect((await decodeImage(make(), crop)).length).toBe(192);
  });

  it('is taken for sRGB when its colour profile is a program', async () => {
    const image = await sharp({ create: solid }).jpeg({ quality: 100 }).toBuffer();
    const plain = await decodeImage(image, crop);
    expect(await decodeImage(withProfile(image, profileBomb(2)), crop)).toEqual(plain);
  });
});

describe('a photo', () => {
  it.each([
    ['50 megapixels', { width: 8_160, height: 6_120 }],
    ['108 megapixels', { width: 12_000, height: 9_000 }],
  ])('of %s is decoded', async (_, size) => {
    const photo = flatJpeg(size, { samplings: [0x22, 0x11, 0x11] });
    expect((await decodeImage(photo, { width: 8, height: 8 }, decodeLimitsFor(512))).length).toBe(
      192,
    );
  });
});

describe('a damaged file', () => {
  it('is decoded or refused, whatever is wrong with it', async () => {
    const formats = ['jpeg', 'png', 'webp'] as const;
    const files = await Promise.all([
      ...formats.map((format) => gradient(48, 40).toFormat(format).toBuffer()),
      gradient(48, 40).jpeg({ progressive: true }).toBuffer(),
      gradient(48, 40).png({ progressive: true }).toBuffer(),
      gradient(48, 40).webp({ lossless: true }).toBuffer(),
      animatedPng({ width: 48, height: 40 }, 3),
      animatedWebp({ width: 48, height: 40 }, 3),
    ]);
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (file, changes, kept) => {
          const damaged = Buffer.from(file.subarray(0, Math.ceil(file.length * Math.sqrt(kept))));
          for (const { at, to } of changes) damaged[Math.floor(at * damaged.length)] = to;
          const result = await decodeImage(damaged, { width: 8, height: 8 }).catch(
            (error) => error,
          );
          if (result instanceof UndecodableImageError) return;
          expect(result.length).toBe(192);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a file that lacks its end', () => {
  const tails: Record<string, Uint8Array> = {
    nothing: new Uint8Array(),
    'the end marker': Uint8Array.of(0xff, 0xd9),
    zeros: new Uint8Array(4_000),
    text: Buffer.from('a trailer '.repeat(50)),
  };
  const decodeWhole = async (file: Uint8Array) => Buffer.from(await decodeImage(file, wholeSize));

  it('is decoded to the whole picture or refused, wherever a JPEG is cut and whatever lies behind it', async () => {
    for (const [name, file] of Object.entries(await wholeJpegs())) {
      const whole = await decodeWhole(file);
      const tables = file.indexOf(Buffer.from([0xff, 0xda]));
      for (const [tail, behind] of Object.entries(tails)) {
        // A JPEG of scans that is cut between them and ends there is a picture of its own, if a blurred one.
        if (tail === 'the end marker' && /progressive|mozjpeg|patterns/.test(name)) continue;
        const taken: number[] = [];
        for (let missing = 0; missing < file.length - tables; missing += missing < 8 ? 1 : 61) {
          const cut = Buffer.concat([file.subarray(0, file.length - missing), behind]);
          const pixels = await decodeWhole(cut).catch((error) => error);
          if (pixels instanceof UndecodableImageError) continue;
          expect(pixels.equals(whole), `${name}, ${missing} missing, ${tail} behind`).toBe(true);
          taken.push(missing);
        }
        expect(taken).toEqual(expect.arrayContaining([0, ...(tail === 'text' ? [] : [2])]));
      }
    }
  });

  it('is told as such', async () => {
    const { baseline = Buffer.alloc(0) } = await wholeJpegs();
    const half = baseline.subarray(0, baseline.length - 100);
    for (const file of [half, Buffer.concat([half, baseline.subarray(-2)])]) {
      await expect(decodeWhole(file)).rejects.toThrow(
        'the image cannot be decoded: a part of it is missing, as if it had been cut short',
      );
    }
  });

  it('is not mistaken for another that is decoded at the same time', async () => {
    const { baseline = Buffer.alloc(0) } = await wholeJpegs();
    const cut = Buffer.concat([baseline.subarray(0, -100), baseline.subarray(-2)]);
    const files = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? cut : baseline));
    const results = await Promise.allSettled(files.map(decodeWhole));
    expect(results.map(({ status }) => status)).toEqual(
      files.map((file) => (file === cut ? 'rejected' : 'fulfilled')),
    );
  });

  it('is the same picture as PNG or WebP, if nothing else is missing', async () => {
    const png = await variedPixels().png().toBuffer();
    const webp = await variedPixels().webp().toBuffer();
    const badText = Buffer.from(chunk('tEXt', Buffer.from('a\0b')));
    badText[badText.length - 1] = 0;
    const shorter = Buffer.from(webp);
    shorter.writeUInt32LE(webp.readUInt32LE(4) - 20, 4);
    for (const [file, whole] of [
      [png.subarray(0, -12), png],
      [Buffer.concat([png.subarray(0, 33), badText, png.subarray(33)]), png],
      [shorter, webp],
      [Buffer.concat([webp, Buffer.alloc(50, 1)]), webp],
    ] as const) {
      expect(await decodeWhole(file)).toEqual(await decodeWhole(whole));
    }
    for (const file of [png.subarray(0, -40), webp.subarray(0, -40)]) {
      await expect(decodeWhole(file)).rejects.toThrow('a part of it is missing');
    }
  });
});

describe('a file of another format', () => {
  it.each([
    ['gif', 'it is a GIF'],
    ['tiff', 'it is a TIFF'],
    ['avif', 'it is an AVIF'],
  ] as const)('is refused by its name: %s', async (format, name) => {
    const file = await sharp({ create: solid }).toFormat(format).toBuffer();
    await expect(decodeImage(file, { width: 8, height: 8 })).rejects.toThrow(name);
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

const deep = { bits: 16, colourType: 6 };

/** The PNG with another size in its header. */
function withSize(file: Buffer, side: number): Buffer {
  const changed = Buffer.from(file);
  changed.writeUInt32BE(side, 16);
  changed.writeUInt32BE(side, 20);
  return changed;
}
