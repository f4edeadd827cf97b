import { beforeAll, describe, expect, it } from 'vitest';
import { wholeJpeg } from '../../../../lib/core/images/jpeg-whole.ts';
import { blocksJpeg } from '../../../fixtures/blocks-jpeg.ts';
import { bandBomb, flatJpeg, scanBomb, segment } from '../../../fixtures/costly-images.ts';
import { wholeJpegs } from '../../../fixtures/whole-images.ts';

const endMarker = Buffer.from([0xff, 0xd9]);
const joined = (...parts: Uint8Array[]) => Buffer.concat(parts);

let jpegs: [name: string, file: Buffer][];
beforeAll(async () => {
  jpegs = Object.entries(await wholeJpegs());
});

/** How many bytes may be missing at the end of a file, with something in their place. */
function missingBytes(file: Buffer, tail: Uint8Array = Buffer.alloc(0)): number[] {
  return Array.from({ length: file.length - 2 }, (_, missing) => missing)
    .filter((missing) => missing < 20 || missing % 41 === 0)
    .filter((missing) => wholeJpeg(joined(file.subarray(0, file.length - missing), tail)));
}

describe('a JPEG', () => {
  it('is left alone when it has its end marker, whatever lies behind it', () => {
    for (const [, file] of jpegs) {
      expect(wholeJpeg(file)).toBe(file);
      expect(wholeJpeg(file, true)).toBe(file);
      for (const tail of [file, Buffer.alloc(99), Buffer.from('a film, and MPF'), endMarker]) {
        const longer = joined(file, tail);
        expect(wholeJpeg(longer)).toBe(longer);
        expect(wholeJpeg(longer, true)).toBe(longer);
      }
    }
  });

  it('gets the end marker that it lacks', () => {
    for (const [, file] of jpegs) {
      const unended = file.subarray(0, -2);
      expect(wholeJpeg(unended)).toEqual(new Uint8Array(file));
      expect(wholeJpeg(file.subarray(0, -1))).toEqual(new Uint8Array(file));
      // What lies behind begins with a marker of its own, or fills the file up.
      for (const tail of [file, Buffer.alloc(99), Buffer.alloc(9, 0xff), segment(0xe1, 1, 2)]) {
        expect(wholeJpeg(joined(unended, tail))).toEqual(new Uint8Array(file));
      }
    }
  });

  it('is not whole when any of its data are missing, whatever lies in their place', () => {
    for (const [name, file] of jpegs) {
      expect([name, missingBytes(file)]).toEqual([name, [0, 1, 2]]);
      const zeros = missingBytes(file, Buffer.alloc(4_000));
      // After 0xFF, a zero belongs to the data.
      expect([name, zeros]).toEqual([name, [0, 2]]);
      expect(missingBytes(file, Buffer.alloc(300, 7))).toEqual([0, 1, 2]);
      expect(missingBytes(file, Buffer.from('some maker’s trailer '.repeat(40)))).toEqual([0, 1]);
    }
  });

  it('is not whole when a decoder has complained, and its data end too early', () => {
    for (const [name, file] of jpegs) {
      // Of these, less is a picture as well: a blurred one.
      if (/progressive|mozjpeg|patterns/.test(name)) continue;
      const cut = (missing: number) => joined(file.subarray(0, file.length - missing), endMarker);
      expect(wholeJpeg(cut(2), true)).toBeDefined();
      for (let missing = 3; missing < 150; missing += 7) {
        expect([name, missing, wholeJpeg(cut(missing), true)]).toEqual([name, missing, undefined]);
      }
    }
  });

  it.each([
    ['one scan for each component', () => flatJpeg({ width: 40, height: 24 }, { separate: true })],
    ['extended', () => flatJpeg({ width: 40, height: 24 }, { marker: 0xc1 })],
    ['subsampled', () => flatJpeg({ width: 40, height: 24 }, { samplings: [0x22, 0x11, 0x11] })],
    ['scans of all coefficients', () => bandBomb(14, { width: 40, height: 24 })],
  ])('of every layout is gone through: %s', (_, make) => {
    const file = make();
    expect(wholeJpeg(file, true)).toBe(file);
    expect(wholeJpeg(file.subarray(0, -2))?.length).toBe(file.length);
    expect(wholeJpeg(file.subarray(0, -3))).toBeUndefined();
  });

  it('without its end is not whole before all is told of every coefficient', () => {
    // The last scan but one ends on a byte's boundary, and is whole itself.
    const file = scanBomb(2_645, { width: 40, height: 24 });
    expect(wholeJpeg(file)).toBe(file);
    expect(wholeJpeg(file.subarray(0, -2))).toBeUndefined();
    const separate = flatJpeg({ width: 40, height: 24 }, { separate: true });
    const lastScan = separate.lastIndexOf(Buffer.from([0xff, 0xda]));
    expect(wholeJpeg(separate.subarray(0, lastScan))).toBeUndefined();
  });

  it('is not whole when an earlier scan lacks some of its data', () => {
    const file = flatJpeg({ width: 40, height: 24 }, { separate: true });
    const scan = Buffer.from([0xff, 0xda]);
    const secondScan = file.indexOf(scan, file.indexOf(scan) + 1);
    const hole = joined(file.subarray(0, secondScan - 2), file.subarray(secondScan));
    expect(wholeJpeg(hole)).toBe(hole);
    expect(wholeJpeg(hole, true)).toBeUndefined();
  });

  it('with fewer symbols in a table than codes is gone through', () => {
    const file = flatJpeg({ width: 16, height: 16 });
    const at = file.lastIndexOf(Buffer.from([0xff, 0xc4]));
    const table = segment(0xc4, 0x10, 1, 1, ...Array<number>(14).fill(0), 0);
    const changed = joined(file.subarray(0, at), table, file.subarray(at + table.length));
    expect(wholeJpeg(changed, true)).toBeDefined();
  });

  it('whose restart markers are missing or come too early is not whole', () => {
    const file = blocksJpeg({
      ...{ width: 64, height: 16, restartEvery: 4 },
      colourAt: (x) => [x, 128, 128],
    });
    const at = file.lastIndexOf(Buffer.from([0xff, 0xd0])) + 1;
    const changed = (...bytes: number[]) =>
      joined(file.subarray(0, at - 1), Buffer.from(bytes), file.subarray(at + 1));
    expect(wholeJpeg(changed(0xff, 0xff, 0xd0), true)).toBeDefined();
    expect(wholeJpeg(changed(), true)).toBeUndefined();
    expect(wholeJpeg(changed(0x12, 0x34), true)).toBeUndefined();
    const early = joined(file.subarray(0, at - 3), file.subarray(at - 1));
    expect(wholeJpeg(early, true)).toBeUndefined();
  });

  it.each([
    ['nothing', []],
    ['no frame', [segment(0xda, 1, 1, 0, 0, 63, 0)]],
    ['a lossless frame', [segment(0xc3, 8, 0, 8, 0, 8, 1, 1, 0x11, 0)]],
    ['no scan', [segment(0xc0, 8, 0, 8, 0, 8, 1, 1, 0x11, 0)]],
    ['no tables', [segment(0xc0, 8, 0, 8, 0, 8, 1, 1, 0x11, 0), segment(0xda, 1, 1, 0, 0, 63, 0)]],
    [
      'a scan of unknown components',
      [segment(0xc0, 8, 0, 8, 0, 8, 1, 1, 0x11, 0), segment(0xda, 1, 9, 0, 0, 63, 0)],
    ],
    [
      'an empty scan',
      [segment(0xc2, 8, 0, 8, 0, 8, 1, 1, 0x11, 0), Buffer.from([0xff, 0xda, 0, 2])],
    ],
    [
      'a table that is cut short',
      [segment(0xc4, 0, 1), segment(0xc0, 8, 0, 8, 0, 8, 1, 1, 0x11, 0), segment(0xda, 1, 1, 0)],
    ],
  ])('with %s is not whole', (_, segments) => {
    const file = joined(Buffer.from([0xff, 0xd8]), ...segments);
    expect(wholeJpeg(file)).toBeUndefined();
    expect(wholeJpeg(joined(file, Buffer.from([1, 2, 3])))).toBeUndefined();
  });
});
