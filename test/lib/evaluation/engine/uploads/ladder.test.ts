import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bytesOn,
  checkMeasured,
  lossesOf,
  meanLossPct,
  RungsError,
  readLadder,
  viewOf,
} from '../../../../../lib/evaluation/engine/uploads/ladder.ts';

const folder = mkdtempSync(join(tmpdir(), 'mdinference-ladder-'));

function fileOf(content: unknown): string {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const rungs = [
  { name: 'original', meanBytes: 100_000, accuracyLossPct: 0 },
  { name: 'view a', meanBytes: 25_000, accuracyLossPct: 0 },
  { name: 'view b', meanBytes: 20_000, accuracyLossPct: { small: 0, big: 0 } },
  { name: 'view c', meanBytes: 10_000, accuracyLossPct: { small: 1, big: 3 } },
];

describe('a ladder', () => {
  it('is read from a file of rungs, whose sizes vary as usual unless it says how', () => {
    const ladder = readLadder(fileOf({ source: 'made up', view: {}, rungs }));
    expect(ladder.source).toBe('made up');
    expect(ladder.rungs[0]).toEqual({ ...rungs[0], stdBytes: 45_000 });
  });

  it('is read from a catalogue', () => {
    const measured = {
      name: 'view-webp-80',
      encoding: { type: 'image/webp', quality: 80 },
      meanBytes: 3_000,
      stdBytes: 900,
      accuracyLossPct: { small: 1 },
    };
    const uploads = { source: 'measured', rungs: [measured] };
    expect(readLadder(fileOf({ name: 'mine', uploads }))).toEqual(uploads);
  });

  it('may begin with a byte-order mark', () => {
    const path = join(folder, 'marked.json');
    writeFileSync(path, `\ufeff${JSON.stringify({ rungs })}`);
    expect(readLadder(path).rungs).toHaveLength(rungs.length);
  });

  it.each([
    ['no file', () => join(folder, 'none.json'), /none\.json: ENOENT/],
    ['no JSON', () => fileOf('{'), /JSON/],
    ['no rungs', () => fileOf({ rungs: [] }), /field rungs: /],
    [
      'a size of 0',
      () => fileOf({ rungs: [{ ...rungs[0], meanBytes: 0 }] }),
      /rungs\.0\.meanBytes/,
    ],
  ])('with %s is refused by name', (_, path, message) => {
    expect(() => readLadder(path())).toThrow(RungsError);
    expect(() => readLadder(path())).toThrow(message);
  });

  it('has as its view the one that loses least, the smallest of those', () => {
    const ladder = readLadder(fileOf({ rungs }));
    expect(viewOf(ladder)?.name).toBe('view b');
    expect(viewOf({ source: '', rungs: ladder.rungs.slice(0, 1) })).toBeUndefined();
  });

  it('loses the same for all models, or what it says for each', () => {
    const [, a, , c] = readLadder(fileOf({ rungs })).rungs;
    const models = [{ name: 'small' }, { name: 'other' }];
    expect(a && lossesOf(a, models)).toEqual({ small: 0, other: 0 });
    expect(c && lossesOf(c, models)).toEqual({ small: 1, big: 3 });
    expect(c && meanLossPct(c)).toBe(2);
  });

  it('must have been measured with the models that it is used for', () => {
    const ladder = readLadder(fileOf({ rungs }));
    const [small, big] = [{ name: 'small' }, { name: 'big' }];
    expect(() => checkMeasured(ladder, [small, big], 'mine')).not.toThrow();
    expect(() => checkMeasured(ladder, [small, { name: 'new' }], 'mine')).toThrow(
      /^mine: "view b" does not say what "new" loses by it$/,
    );
  });

  it('has pictures of the mean size that a rung says', () => {
    const rung = { name: 'a', meanBytes: 10_000, stdBytes: 4_500, accuracyLossPct: 0 };
    const sizes = Array.from({ length: 2_001 }, (_, i) => (i - 1_000) / 200);
    const density = sizes.map((z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / 200);
    const mean = sizes.reduce((sum, z, i) => sum + (density[i] ?? 0) * bytesOn(rung, z), 0);
    expect(mean).toBeCloseTo(10_000, -1);
  });
});
