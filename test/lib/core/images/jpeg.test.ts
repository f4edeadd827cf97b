import sharp, { type JpegOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readJpegHeader } from '../../../../lib/core/images/jpeg.ts';
import {
  bandBomb,
  flatJpeg,
  profileBomb,
  scanBomb,
  segment,
  withProfile,
} from '../../../fixtures/costly-images.ts';

const size = { width: 100, height: 50 };
/** 13 x 7 blocks. */
const blocks = 91;
const picture = sharp({ create: { ...size, channels: 3, background: '#c08040' } });
const header = async (options: JpegOptions) =>
  readJpegHeader(await picture.clone().jpeg(options).toBuffer());

describe('the header of a JPEG', () => {
  it('tells of one that is shown line by line', async () => {
    const file = await picture.clone().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
    expect(readJpegHeader(file)).toEqual({
      type: 'image/jpeg',
      bytes: file.length,
      ...size,
      isProgressive: false,
      components: 3,
      hasProfile: false,
      samples: 3 * 64 * blocks,
      isHeld: false,
      scans: { count: 1, blocks: 3 * blocks, refinedBlocks: 0, refinedCoefficients: 0 },
    });
  });

  it('counts fewer samples where colours are coarser', async () => {
    const chroma = 7 * 4;
    expect(await header({ chromaSubsampling: '4:2:0' })).toMatchObject({
      samples: 64 * (blocks + 2 * chroma),
    });
  });

  it('tells of all scans of a progressive one', async () => {
    const { scans, ...rest } = (await header({ progressive: true, mozjpeg: false })) ?? {};
    expect(rest).toMatchObject({ ...size, isProgressive: true, isHeld: true });
    expect(scans?.count).toBe(10);
    expect(scans?.refinedCoefficients).toBeGreaterThan(0);
  });

  it('counts the blocks and coefficients that scans go through', () => {
    const all = 3 * blocks;
    expect(readJpegHeader(scanBomb(1, size))?.scans).toEqual({
      ...{ count: 1, blocks: all, refinedBlocks: 0, refinedCoefficients: 0 },
    });
    // The first round tells the highest bit, two add one each.
    expect(readJpegHeader(bandBomb(3, size))?.scans).toEqual({
      ...{ count: 10, blocks: 4 * all, refinedBlocks: 2 * all, refinedCoefficients: 2 * 63 * all },
    });
    expect(readJpegHeader(scanBomb(2_000, size))?.scans).toEqual({
      ...{ count: 2_000, blocks: all + 1_999 * blocks },
      ...{ refinedBlocks: (1_999 - 189) * blocks, refinedCoefficients: (1_999 - 189) * blocks },
    });
  });

  it('tells of a sequential one with a scan for each component, which is held', () => {
    expect(readJpegHeader(flatJpeg(size, { separate: true }))).toMatchObject({
      isProgressive: false,
      isHeld: true,
      scans: { count: 3, blocks: 3 * blocks },
    });
  });

  it('sees no scan that a decoder does not see', () => {
    const file = flatJpeg(size);
    const more = segment(0xda, 1, 1, 0, 0, 63, 0);
    expect(readJpegHeader(Buffer.concat([file, more]))?.scans.count).toBe(1);
    const held = flatJpeg(size, { separate: true });
    expect(readJpegHeader(Buffer.concat([held, more]))?.scans.count).toBe(3);
    const comment = segment(0xfe, ...more);
    const within = Buffer.concat([held.subarray(0, 2), comment, held.subarray(2)]);
    expect(readJpegHeader(within)?.scans.count).toBe(3);
  });

  it.each([
    ['bytes before a marker', Buffer.from([1, 2, 3])],
    ['a marker without a meaning', Buffer.from([0xff, 0x42])],
    ['fill bytes', Buffer.from([0xff, 0xff, 0xff])],
    ['a restart', Buffer.from([0xff, 0xd3])],
    ['a stuffed byte', Buffer.from([0xff, 0])],
  ])('finds scans behind %s', (_, between) => {
    const held = flatJpeg(size, { separate: true });
    const at = held.lastIndexOf(Buffer.from([0xff, 0xda]));
    const file = Buffer.concat([held.subarray(0, at), between, held.subarray(at)]);
    expect(readJpegHeader(file)?.scans.count).toBe(3);
  });

  it('tells of a profile', async () => {
    const file = flatJpeg(size);
    expect(readJpegHeader(withProfile(file, profileBomb(1)))?.hasProfile).toBe(true);
    const other = Buffer.concat([file.subarray(0, 2), segment(0xe2, 77, 80, 70), file.subarray(2)]);
    expect(readJpegHeader(other)?.hasProfile).toBe(false);
  });

  it.each([
    ['arithmetic codes', flatJpeg(size, { marker: 0xc9 })],
    ['lossless coding', flatJpeg(size, { marker: 0xc3 })],
    ['no width', flatJpeg({ width: 0, height: 50 })],
    ['no height', flatJpeg({ width: 100, height: 0 })],
    ['no component', flatJpeg(size, { samplings: [] })],
    ['a component without samples', flatJpeg(size, { samplings: [0x11, 0x01] })],
    ['no scan', flatJpeg(size).subarray(0, 100)],
    [
      'a scan before its size',
      Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xda, 0, 0, 0, 0)]),
    ],
    ['a segment without a length', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 0xff, 0xd9])],
    ['a frame without data', Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 2])],
    ['a marker at its end', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['no marker', Buffer.from([0xff, 0xd8, 1, 2, 3])],
    ['nothing but its beginning', Buffer.from([0xff, 0xd8, 0xff])],
  ])('is none with %s', (_, file) => {
    expect(readJpegHeader(file)).toBeUndefined();
  });

  it('ends where a decoder gives up: at a second frame', () => {
    const held = flatJpeg(size, { separate: true });
    const at = held.lastIndexOf(Buffer.from([0xff, 0xda]));
    const frame = segment(0xc0, 8, 0, 9, 0, 9, 1, 1, 0x11, 0);
    const file = Buffer.concat([held.subarray(0, at), frame, held.subarray(at)]);
    expect(readJpegHeader(file)?.scans.count).toBe(2);
  });
});
