import { describe, expect, it } from 'vitest';
import { readImageHeader } from '../../../../lib/core/images/header.ts';
import { decodeLimitsFor, whyNotDecoded } from '../../../../lib/core/images/limits.ts';
import {
  animatedWebp,
  flatJpeg,
  flatPng,
  flatWebp,
  lossyWebp,
  scanBomb,
  textBomb,
} from '../../../fixtures/costly-images.ts';

const why = (file: Buffer, memoryMb = 1_769) =>
  whyNotDecoded(file, readImageHeader(file), decodeLimitsFor(memoryMb));
const small = { width: 8, height: 8 };
const none = { ms: 0, bytes: 0, scans: 9 };

describe('the limits', () => {
  it('are a second’s work, and a third of the memory', () => {
    expect(decodeLimitsFor(300)).toEqual({ ms: 1_000, bytes: 1e8, scans: 64 });
    expect(decodeLimitsFor(3_000)).toEqual({ ms: 1_000, bytes: 1e9, scans: 64 });
  });

  it.each([
    ['12', 4_032, 3_024],
    ['50', 8_160, 6_120],
    ['108', 12_000, 9_000],
    ['200', 16_320, 12_240],
  ])('let the photo of a camera of %s megapixels pass, whatever the memory', (_, width, height) => {
    expect(
      why(flatJpeg({ width, height }, { samplings: [0x22, 0x11, 0x11] }), 128),
    ).toBeUndefined();
  });

  it('refuse what is no image', () => {
    expect(why(Buffer.from('text'))).toMatch(/^it begins like no JPEG, PNG or WebP/);
  });

  it('are told by name, with both numbers', () => {
    expect(why(scanBomb(60, { width: 12_000, height: 12_000 }))).toMatch(
      /^a progressive JPEG of 12000 x 12000 pixels in 60 scans may take \d\.\d s to decode; at most 1 s are spent$/,
    );
    expect(why(flatWebp({ width: 7_070, height: 7_070 }), 128)).toBe(
      'a lossless WebP of 7070 x 7070 pixels may take 213 MB to decode; at most 43 MB are spent',
    );
  });

  it.each([95, 2_000])('refuse %i scans, however small they are', (scans) => {
    expect(why(scanBomb(scans, small))).toBe(
      `a progressive JPEG of 8 x 8 pixels in ${scans} scans; at most 64 scans are read`,
    );
    expect(why(scanBomb(64, small))).toBeUndefined();
  });

  it.each([
    ['a JPEG of 8 x 8 pixels', flatJpeg(small)],
    ['a JPEG of 8 x 8 pixels in 3 scans', flatJpeg(small, { separate: true })],
    ['a progressive JPEG of 8 x 8 pixels in one scan', scanBomb(1, small)],
    ['a PNG of 8 x 8 pixels and 8 bits', flatPng(small)],
    ['an interlaced PNG of 8 x 8 pixels and 8 bits', flatPng({ ...small, isInterlaced: true })],
    ['a PNG of 8 x 8 pixels with compressed texts', flatPng({ ...small, before: [textBomb(9)] })],
    ['a lossless WebP of 8 x 8 pixels', flatWebp(small)],
    ['a WebP of 8 x 8 pixels', lossyWebp(small)],
    ['an animated lossless WebP of 8 x 8 pixels', animatedWebp(small, 2)],
  ])('call %s so', (name, file) => {
    expect(whyNotDecoded(file, readImageHeader(file), none)).toMatch(`${name} may take`);
  });
});
