import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPngHeader } from '../../../../lib/core/images/png.ts';
import { animatedPng, chunk, flatPng, textBomb } from '../../../fixtures/costly-images.ts';

const size = { width: 100, height: 50 };

describe('the header of a PNG', () => {
  it('tells what it is', () => {
    const file = flatPng({ ...size, bits: 16, colourType: 6, isInterlaced: true });
    expect(readPngHeader(file)).toEqual({
      type: 'image/png',
      bytes: file.length,
      ...size,
      bits: 16,
      channels: 4,
      hasAlpha: true,
      hasProfile: false,
      isInterlaced: true,
      isAnimated: false,
      textBytes: 0,
    });
  });

  it.each([
    [0, 1, false],
    [2, 3, false],
    [3, 4, false],
    [4, 2, true],
    [6, 4, true],
  ])('of colour type %i has %i channels', (colourType, channels, hasAlpha) => {
    const header = readPngHeader(flatPng({ ...size, colourType }));
    expect(header).toMatchObject({ channels, hasAlpha, isInterlaced: false });
  });

  it('tells of an animation and of a profile', async () => {
    expect(readPngHeader(animatedPng(size, 3))?.isAnimated).toBe(true);
    const picture = sharp({ create: { ...size, channels: 3, background: 'red' } });
    const file = await picture.withIccProfile('p3').png().toBuffer();
    expect(readPngHeader(file)?.hasProfile).toBe(true);
  });

  it('tells how long compressed texts may be, those alone that are read', () => {
    const bomb = textBomb(7_900_000);
    const said = (texts: Buffer[]) => readPngHeader(flatPng({ ...size, before: texts }))?.textBytes;
    expect(said([bomb, bomb])).toBeGreaterThan(15_800_000);
    expect(said([bomb, bomb])).toBeLessThanOrEqual(16_000_000);
    const text = (isPacked: number) => chunk('iTXt', Buffer.from([107, 0, isPacked, 0, 0, 0, 97]));
    expect(said([text(0), chunk('tEXt', Buffer.from('k\0v'))])).toBe(0);
    expect(said([text(1)])).toBe(7 * 1_032);
    expect(readPngHeader(flatPng({ ...size, after: [bomb] }))?.textBytes).toBe(0);
  });

  it.each([
    ['cut off', flatPng(size).subarray(0, 32)],
    ['no width', flatPng({ width: 0, height: 1 })],
    ['no height', flatPng({ width: 1, height: 0 })],
    ['a depth that there is not', flatPng({ ...size, bits: 3 })],
    ['a colour type that there is not', flatPng({ ...size, colourType: 5 })],
    [
      'another chunk at its beginning',
      Buffer.from(flatPng(size).toString('latin1').replace('IHDR', 'CgBI'), 'latin1'),
    ],
  ])('is none with %s', (_, file) => {
    expect(readPngHeader(file)).toBeUndefined();
  });

  it('is read as far as it is there', () => {
    expect(readPngHeader(flatPng(size).subarray(0, 40))).toMatchObject(size);
    const ended = flatPng({ ...size, before: [chunk('IEND'), textBomb(9)] });
    expect(readPngHeader(ended)?.textBytes).toBe(0);
  });
});
