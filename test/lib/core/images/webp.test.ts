import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readWebpHeader } from '../../../../lib/core/images/webp.ts';
import { animatedWebp, flatWebp, riff, riffChunk } from '../../../fixtures/costly-images.ts';

const size = { width: 100, height: 50 };
const picture = (background: string) =>
  sharp({ create: { ...size, channels: 4, background } }).webp();

describe('the header of a WebP', () => {
  it('tells of a lossless one', () => {
    const file = flatWebp(size);
    const plain = { alphaBytes: 0, hasProfile: false, isAnimated: false };
    expect(readWebpHeader(file)).toEqual({
      ...{ type: 'image/webp', bytes: file.length, ...size, isLossless: true, ...plain },
    });
  });

  it('tells of the largest', () => {
    const largest = { width: 16_384, height: 16_384 };
    expect(readWebpHeader(flatWebp(largest))).toMatchObject(largest);
  });

  it('tells of a lossy one, and of its alpha', async () => {
    const opaque = readWebpHeader(await picture('#c08040ff').toBuffer());
    expect(opaque).toMatchObject({ ...size, isLossless: false, alphaBytes: 0 });
    const clear = readWebpHeader(await picture('#c0804080').toBuffer());
    expect(clear).toMatchObject({ ...size, isLossless: false });
    expect(clear?.alphaBytes).toBeGreaterThan(0);
  });

  it('tells of a profile', async () => {
    const file = await picture('red').withIccProfile('p3').toBuffer();
    expect(readWebpHeader(file)).toMatchObject({ ...size, hasProfile: true });
  });

  it('tells of an animation, whose size is that of the whole', () => {
    expect(readWebpHeader(animatedWebp(size, 3))).toMatchObject({
      ...size,
      isAnimated: true,
      isLossless: true,
    });
  });

  it('knows the 38 bytes of a picture of 50 megapixels', () => {
    const hex = '524946461e000000574542505650384c110000002f9d5be7060750d52216a2ff8188e87f0000';
    expect(readWebpHeader(Buffer.from(hex, 'hex'))).toMatchObject({
      ...{ width: 7_070, height: 7_070, isLossless: true },
    });
  });

  it.each([
    ['no picture', riff(riffChunk('EXIF', Buffer.alloc(3)))],
    ['a picture without a size', riff(riffChunk('VP8 ', Buffer.alloc(20)))],
    ['its beginning alone', flatWebp(size).subarray(0, 12)],
  ])('is none with %s', (_, file) => {
    expect(readWebpHeader(file)).toBeUndefined();
  });
});
