import { describe, expect, it } from 'vitest';
import { maxBaselines } from '../../../../lib/service/profiles/baselines.ts';
import {
  emptyStatistics,
  merge,
  statisticsOf,
} from '../../../../lib/service/profiles/statistics.ts';
import {
  meanPrecision,
  summariesOf,
  summaryAttribute,
  summaryOf,
} from '../../../../lib/service/profiles/summary.ts';
import imagenet from '../../../../models/imagenet/catalogue.json' with { type: 'json' };

const warmMs = (...timesMs: number[]) =>
  merge(...timesMs.map((ms) => statisticsOf({ kind: 'warm', serviceUs: ms * 1000 })));

describe('summaryOf', () => {
  it('says memory, mean, deviation, p95 and how well the mean is known', () => {
    const times = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 9 : 11));
    // 1.96 * 1.005 / sqrt(100) of 10 is 2.0 %; the quantile is known to 2 %.
    expect(summaryOf(warmMs(...times), 1769)).toMatch(
      /^1769 MB: mean 10\.00, deviation 1\.0[01], p95 1[01]\.\d\d ms \(100 runs, mean to 2\.0 %\)$/,
    );
  });

  it('says so when nothing was measured, or only once', () => {
    expect(summaryOf(emptyStatistics(), 512)).toBe('512 MB: not measured');
    expect(summaryOf(warmMs(5), 512)).toMatch(/\(1 runs\)$/);
  });
});

describe('summariesOf', () => {
  const named = (name: string) => ({ name, memoryMb: 1769 });

  it('has a line for each model by the model’s name, whatever the order', () => {
    const baselines = new Map([
      ['a', warmMs(1, 2)],
      ['b', warmMs(8, 9)],
    ]);
    const summaries = summariesOf([named('a'), named('b')], baselines);
    expect(summaries[summaryAttribute('a')]).toBe(summaryOf(warmMs(1, 2), 1769));
    expect(summaries[summaryAttribute('b')]).toBe(summaryOf(warmMs(8, 9), 1769));
    expect(summariesOf([named('b'), named('a')], baselines)).toEqual(summaries);
  });

  it('says of which models nothing is known', () => {
    expect(Object.values(summariesOf([named('a')], new Map()))).toEqual(['1769 MB: not measured']);
  });

  it('is in full for the 41 models of ImageNet no more, but says how fast each one is', () => {
    const models = imagenet.models.map(({ name }) => named(name));
    const baselines = new Map(models.map(({ name }) => [name, warmMs(10, 11, 12)]));
    const lines = Object.values(summariesOf(models, baselines));
    expect(lines).toHaveLength(41);
    expect(new Set(lines)).toEqual(new Set(['11.0 ms']));
  });

  it('fits what CloudFormation takes, with all that CDK’s provider framework sends, for all models that can be', () => {
    const slow = warmMs(...Array.from({ length: 50 }, (_, i) => 100_000 + i));
    const text = (length: number) => 'x'.repeat(length);
    const lengths = Array.from({ length: maxBaselines }, (_, i) => {
      const models = Array.from({ length: i + 1 }, (_, model) => ({
        name: `${model}`,
        memoryMb: 10_240,
      }));
      const data = summariesOf(models, new Map(models.map(({ name }) => [name, slow])));
      expect(Object.keys(data)).toHaveLength(models.length);
      const response = {
        Status: 'SUCCESS',
        Reason: 'SUCCESS',
        // At their longest (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
        StackId: `arn:aws-us-gov:cloudformation:us-gov-west-1:123456789012:stack/${text(128)}/${text(36)}`,
        RequestId: text(36),
        PhysicalResourceId: `${text(60)}/Custom::MdInferenceProfiles`,
        LogicalResourceId: text(255),
        Data: data,
      };
      return Buffer.byteLength(JSON.stringify(response));
    });
    expect(Math.max(...lengths)).toBeGreaterThan(3_500);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(4_096);
  });
});

describe('meanPrecision', () => {
  it('is infinite as long as the spread is unknown', () => {
    expect(meanPrecision(warmMs(5))).toBe(Number.POSITIVE_INFINITY);
    expect(meanPrecision(warmMs(5, 5))).toBe(0);
  });
});
