import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromItem,
  InvalidProfileItemError,
  toAttributes,
} from '../../../../lib/service/profiles/item.ts';
import { emptyStatistics, merge } from '../../../../lib/service/profiles/statistics.ts';
import { anyObservation, statisticsOfAll, warmMs } from './samples.ts';

const keys = { pk: { S: 'd/c/m@9f86d081884c' }, sk: { S: 'baseline' } };

describe('profile item', () => {
  it('gives back the statistics it was made from', () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { maxLength: 30 }), (observations) => {
        const statistics = statisticsOfAll(observations);
        const item = fromItem({ ...keys, ...toAttributes(statistics) });
        expect(item).toEqual({ pk: keys.pk.S, sk: keys.sk.S, statistics });
      }),
    );
  });

  it('writes numbers as decimal text and leaves zeros out', () => {
    const attributes = toAttributes(warmMs(1000));
    expect(attributes).toEqual({
      modelN: { N: '1' },
      modelSumUs: { N: '1000000' },
      modelSumSqUs: { N: '1000000000000' },
      m346: { N: '1' },
    });
  });

  it('keeps all 38 digits', () => {
    const digits = '12345678901234567890123456789012345678';
    expect(fromItem({ ...keys, modelSumSqUs: { N: digits } }).statistics.sumSqUs).toBe(
      BigInt(digits),
    );
  });

  it('stays small when every bucket is used', () => {
    let everything = warmMs(0);
    for (let us = 1; us < 900_000_000; us *= 1.02)
      everything = merge(everything, warmMs(us / 1000));
    expect(JSON.stringify(toAttributes(everything)).length).toBeLessThan(20_000);
  });

  it('ignores attributes that it does not know', () => {
    const item = fromItem({ ...keys, expiresAt: { N: '1800000000' }, hint: { S: 'x' } });
    expect(item.statistics.histogram.size).toBe(0);
  });

  it('takes no times of earlier versions, which include the decoding of pictures', () => {
    const times = { n: { N: '5' }, sumUs: { N: '900000' }, sumSqUs: { N: '1' }, coldN: { N: '1' } };
    const item = { ...keys, ...times, h12: { N: '5' }, failN: { N: '2' } };
    expect(fromItem(item).statistics).toEqual({ ...emptyStatistics(), failN: 2n });
  });

  it.each([
    [{ modelN: { N: '1.5' } }, 'modelN'],
    [{ modelSumUs: { N: '-3' } }, 'modelSumUs'],
    [{ failN: { S: '3' } }, 'failN'],
    [{ m12: { S: 'many' } }, 'm12'],
  ])('names the attribute that is wrong: %o', (attributes, name) => {
    expect(() => fromItem({ ...keys, ...attributes })).toThrow(InvalidProfileItemError);
    expect(() => fromItem({ ...keys, ...attributes })).toThrow(
      new RegExp(`d/c/m@9f86d081884c, baseline: attribute ${name}`),
    );
  });
});
