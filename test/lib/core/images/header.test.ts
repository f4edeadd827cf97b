import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeCost } from '../../../../lib/core/images/cost.ts';
import { readImageHeader } from '../../../../lib/core/images/header.ts';
import {
  animatedPng,
  animatedWebp,
  bandBomb,
  codesBomb,
  flatJpeg,
  flatPng,
  textBomb,
} from '../../../fixtures/costly-images.ts';

const size = { width: 96, height: 64 };
const picture = sharp({ create: { ...size, channels: 4, background: '#c0804080' } });

describe('readImageHeader', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('knows a %s by its first bytes', async (format) => {
    const file = await picture.clone().toFormat(format).toBuffer();
    expect(readImageHeader(file)).toMatchObject({ type: `image/${format}`, ...size });
    // The same in the middle of a larger buffer.
    const around = Buffer.concat([Buffer.alloc(7), file, Buffer.alloc(9)]);
    expect(readImageHeader(around.subarray(7, 7 + file.length))).toEqual(readImageHeader(file));
  });

  it.each(['gif', 'tiff'] as const)('knows no %s', async (format) => {
    expect(readImageHeader(await picture.clone().toFormat(format).toBuffer())).toBeUndefined();
  });

  it('never fails, and tells finite numbers', async () => {
    const files = [
      ...(await Promise.all(
        (['jpeg', 'png', 'webp'] as const).map((type) => picture.clone().toFormat(type).toBuffer()),
      )),
      flatJpeg(size, { separate: true }),
      bandBomb(3, size),
      flatPng({ ...size, before: [textBomb(99)] }),
      animatedPng(size, 2),
      animatedWebp(size, 2),
      codesBomb(size),
    ];
    const position = fc.double({ min: 0, max: 1, noNaN: true });
    const changed = fc
      .tuple(
        fc.constantFrom(...files),
        fc.array(fc.tuple(position, fc.nat(255)), { maxLength: 8 }),
        position,
      )
      .map(([file, changes, kept]) => {
        const damaged = Buffer.from(file.subarray(0, Math.ceil(file.length * kept)));
        for (const [at, to] of changes) damaged[Math.floor(at * damaged.length)] = to;
        return damaged;
      });
    const begun = fc
      .tuple(fc.constantFrom(...files.map((file) => file.subarray(0, 16))), fc.uint8Array())
      .map(([begin, rest]) => Buffer.concat([begin, rest]));
    await fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), begun, changed), (file) => {
        const header = readImageHeader(file);
        if (!header) return;
        expect(header.width).toBeGreaterThan(0);
        expect(header.height).toBeGreaterThan(0);
        const { ms, mostMs, mostBytes } = decodeCost(header);
        expect(ms).toBeGreaterThan(0);
        expect(mostMs).toBeGreaterThanOrEqual(ms);
        expect([ms, mostMs, mostBytes].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
