import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../../../lib/core/statistics/histogram.ts';
import {
  fromItem,
  InvalidProfileItemError,
  replacement,
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

describe('the update that replaces a baseline', () => {
  /** Every bucket that a call within Lambda's 30 s behind an HTTP API can fall into. */
  const buckets = Array.from({ length: bucketOf(30_000_000) + 1 }, (_, bucket) => bucket);
  const sums = {
    ...emptyStatistics(),
    n: 1_000n,
    sumUs: 30_000_000_000n,
    sumSqUs: 9n * 10n ** 17n,
  };
  const baseline = (counts: readonly (readonly [number, bigint])[]) => ({
    ...toAttributes({ ...sums, coldN: 9n, coldSumUs: sums.sumUs, histogram: new Map(counts) }),
    fingerprint: { S: 'arn:aws:lambda:us-east-1:123456789012:function:name:17' },
    liveSinceMs: { N: '1795726576600' },
    meanPrecision: { N: '0.019999999999999997' },
  });

  it('is within DynamoDB’s 4 KB, whatever 1,000 runs were measured in place of any others', () => {
    const measured = fc
      .subarray(buckets)
      .chain((own) =>
        fc.tuple(
          ...own.map((bucket) => fc.tuple(fc.constant(bucket), fc.constantFrom(1n, 2n, 3n))),
        ),
      );
    fc.assert(
      fc.property(measured, measured, (earlier, now) => {
        const { UpdateExpression } = replacement(baseline(earlier), baseline(now));
        expect(UpdateExpression.length).toBeLessThanOrEqual(4096);
      }),
    );
    const all = baseline(buckets.map((bucket) => [bucket, BigInt(bucket % 5)]));
    expect(replacement({}, all).UpdateExpression.length).toBeLessThanOrEqual(4096);
    expect(replacement(all, baseline([])).UpdateExpression.length).toBeLessThanOrEqual(4096);
  });

  it('gives every attribute its value', () => {
    const attributes = baseline([
      [7, 2n],
      [12, 2n],
      [300, 41n],
    ]);
    const { UpdateExpression, ExpressionAttributeValues } = replacement(
      { m9: { N: '1' } },
      attributes,
    );
    const [sets = '', removes] = UpdateExpression.replace('SET ', '').split(' REMOVE ');
    const values = sets.split(',').map((set) => {
      const [name = '', placeholder = ''] = set.split('=');
      return [name, ExpressionAttributeValues[placeholder]];
    });
    expect(Object.fromEntries(values)).toEqual(attributes);
    expect(removes).toBe('m9');
  });
});
