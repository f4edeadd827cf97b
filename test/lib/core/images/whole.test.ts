import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { wholeImage } from '../../../../lib/core/images/whole.ts';
import { animatedWebp, chunk, riff, riffChunk } from '../../../fixtures/costly-images.ts';
import { variedPixels, wholeJpegs } from '../../../fixtures/whole-images.ts';

const joined = (...parts: Uint8Array[]) => Buffer.concat(parts);
/** The same bytes, whatever kind of array they are in. */
const bytesOf = (file: Uint8Array | undefined) => file && Buffer.from(file);

let png: Buffer;
let webp: Buffer;
beforeAll(async () => {
  png = await variedPixels().png().toBuffer();
  webp = await variedPixels().webp().toBuffer();
});

/** The PNG with chunks before its pixels. */
const withChunks = (...chunks: Buffer[]) =>
  joined(png.subarray(0, 33), ...chunks, png.subarray(33));

describe('a PNG', () => {
  it('is left alone when nothing is wrong with it, whatever lies behind it', () => {
    for (const file of [png, joined(png, Buffer.from('a trailer'))]) {
      expect(wholeImage(file)).toBe(file);
    }
  });

  it('loses what it tells of its colours, but for a profile', () => {
    const gama = chunk('gAMA', Buffer.from([0, 1, 0x86, 0xa0]));
    const chrm = chunk('cHRM', Buffer.alloc(32, 1));
    const cicp = chunk('cICP', Buffer.from([12, 13, 0, 1]));
    const kept = [chunk('sRGB', Buffer.from([0])), chunk('iCCP', Buffer.from('x'))] as const;
    expect(bytesOf(wholeImage(withChunks(gama, kept[0], chrm, kept[1], cicp)))).toEqual(
      withChunks(...kept),
    );
    const unended = withChunks(gama).subarray(0, -12);
    expect(bytesOf(wholeImage(unended))).toEqual(png);
  });

  it('gets the end that it lacks', () => {
    for (let missing = 5; missing <= 12; missing++) {
      expect(bytesOf(wholeImage(png.subarray(0, -missing)))).toEqual(png);
    }
    const unended = png.subarray(0, -12);
    expect(bytesOf(wholeImage(joined(unended, Buffer.alloc(30, 7))))).toEqual(png);
  });

  it('may lack a checksum, as decoders may or may not look for it', () => {
    for (const missing of [1, 4, 13, 16]) {
      const file = png.subarray(0, -missing);
      expect(wholeImage(file)).toBe(file);
    }
  });

  it('is not whole when any of its pixels are missing', () => {
    for (const missing of [17, 18, 100, png.length - 41]) {
      expect(wholeImage(png.subarray(0, -missing))).toBeUndefined();
    }
    const filled = joined(png.subarray(0, -100), Buffer.alloc(80, 7));
    expect(wholeImage(filled)).toBeUndefined();
    // Within a chunk before them.
    expect(wholeImage(withChunks(chunk('tEXt', Buffer.alloc(50))).subarray(0, 60))).toBeUndefined();
  });
});

describe('a WebP', () => {
  it('is left alone when its length is right, whatever lies behind it', () => {
    const animated = animatedWebp({ width: 16, height: 16 }, 2);
    for (const file of [webp, animated, joined(webp, Buffer.alloc(100, 1))]) {
      expect(wholeImage(file)).toBe(file);
    }
  });

  it.each([-20, -2, -1, 1, 2, 1_000, 1_000_000])('gets its right length: it is off by %i', (by) => {
    const changed = Buffer.from(webp);
    changed.writeUInt32LE(webp.readUInt32LE(4) + by, 4);
    expect(bytesOf(wholeImage(changed))).toEqual(webp);
  });

  it('may lack the byte that makes its length even', async () => {
    const odd = riff(riffChunk('VP8 ', Buffer.alloc(11)));
    expect(bytesOf(wholeImage(odd.subarray(0, -1)))).toEqual(odd);
  });

  it('is not whole when its picture is cut short', () => {
    for (const missing of [3, 100, webp.length - 13]) {
      expect(wholeImage(webp.subarray(0, -missing))).toBeUndefined();
    }
    const metadata = riff(riffChunk('VP8X', Buffer.alloc(10)), riffChunk('EXIF', Buffer.alloc(4)));
    expect(wholeImage(metadata)).toBeUndefined();
  });
});

it('what is no image is not whole', async () => {
  expect(wholeImage(Buffer.from('GIF89a'))).toBeUndefined();
  expect(wholeImage(new Uint8Array())).toBeUndefined();
});

it('a JPEG is gone through as doubtful, other images are what they were', async () => {
  const { baseline = Buffer.alloc(0) } = await wholeJpegs();
  const cut = joined(baseline.subarray(0, -20), baseline.subarray(-2));
  expect(wholeImage(cut)).toBe(cut);
  expect(wholeImage(cut, true)).toBeUndefined();
  expect(wholeImage(png, true)).toBe(png);
  const decoded = await sharp(wholeImage(baseline.subarray(0, -2)))
    .raw()
    .toBuffer();
  expect(decoded).toEqual(await sharp(baseline).raw().toBuffer());
});
