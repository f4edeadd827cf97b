import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InvalidProfileKeyError,
  liveSince,
  liveSortKey,
  parseLiveSortKey,
  partitionKey,
} from '../../../../lib/service/profiles/keys.ts';

const sha256 = '9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08';

describe('partition key', () => {
  it('names deployment, catalogue, model and the start of the hash', () => {
    const key = partitionKey({ deployment: 'prod', catalogue: 'shapes', model: 'nano', sha256 });
    expect(key).toBe('prod/shapes/nano@9f86d081884c');
  });

  it.each([
    { deployment: '', catalogue: 'c', model: 'm', sha256 },
    { deployment: 'a/b', catalogue: 'c', model: 'm', sha256 },
    { deployment: 'd', catalogue: 'c', model: 'm/n', sha256 },
    { deployment: 'd', catalogue: 'c', model: 'm', sha256: 'abc' },
  ])('refuses %o', (key) => {
    expect(() => partitionKey(key)).toThrow(InvalidProfileKeyError);
  });
});

describe('live sort key', () => {
  const windowStartMs = Date.UTC(2026, 10, 24, 8, 25);

  it('names window and shard', () => {
    expect(liveSortKey({ windowStartMs, shard: 3 })).toBe('live#2026-11-24T08:25:00.000Z#3');
  });

  it('gives its parts back', () => {
    const key = { windowStartMs, shard: 12 };
    expect(parseLiveSortKey(liveSortKey(key))).toEqual(key);
  });

  it('sorts by time, with the start of a window below all its shards', () => {
    const moment = fc.integer({ min: 0, max: Date.UTC(2200, 0) });
    fc.assert(
      fc.property(moment, moment, fc.nat(99), (a, b, shard) => {
        expect(liveSortKey({ windowStartMs: a, shard }) >= liveSince(b)).toBe(a >= b);
      }),
    );
  });

  it.each([
    'baseline',
    'live#',
    'live#today#0',
    'live#2026-11-24T08:25:00.000Z',
    'live#2026-99-24T08:25:00.000Z#1',
  ])('does not parse "%s"', (key) => {
    expect(() => parseLiveSortKey(key)).toThrow(InvalidProfileKeyError);
  });
});
