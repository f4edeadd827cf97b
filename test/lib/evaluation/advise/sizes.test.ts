import { describe, expect, it } from 'vitest';
import { NoCandidateError } from '../../../../lib/core/selection/types.ts';
import { defaultQuestion } from '../../../../lib/evaluation/advise/question.ts';
import {
  adviseSizes,
  type SizeQuestion,
  sizesFigure,
} from '../../../../lib/evaluation/advise/sizes.ts';
import type { PricedModel } from '../../../../lib/evaluation/cost/models.ts';

const model = (name: string, accuracyPct: number, meanMs: number): PricedModel => ({
  ...{ name, accuracyPct, meanMs, stdMs: 1, memoryMb: 1769 },
});
const network = { kind: 'normal', name: 'steady', meanMs: 100, stdMs: 0 } as const;
const about = (models: PricedModel[], slasMs: number[]): SizeQuestion => ({
  question: {
    ...defaultQuestion,
    ...{ profiles: { name: 'mine', source: 'mine', models }, slasMs, requests: 100 },
  },
  networks: [network],
  ...{ smallMb: 1769, bigMb: 5307, region: 'us-east-1' },
  scalingOf: () => ({ parallelShare: 0.8, fixedMs: 10 }),
});

describe('adviseSizes', () => {
  // 100 ms small; 10 + 90 * (0.2 + 0.8 / 3) = 52 ms big. The network leaves 50, 75 and 200 ms.
  const models = [model('good', 80, 100), model('quick', 50, 15)];

  it('shows where the big size is needed, and what each costs', async () => {
    const { small, big, both } = await adviseSizes(about(models, [150, 175, 300]));
    expect(small.map(({ accuracyPct }) => accuracyPct)).toEqual([50, 50, 80]);
    expect(big.map(({ accuracyPct }) => accuracyPct)).toEqual([50, 80, 80]);
    expect(both.map(({ accuracyPct }) => accuracyPct)).toEqual([50, 80, 80]);
    expect(both.map(({ largerPct }) => largerPct)).toEqual([0, 100, 0]);
    // Both cost what the size costs that answers.
    for (const [i, which] of [small, big, small].entries()) {
      expect(both[i]?.usdPerMillion).toBeCloseTo(which[i]?.usdPerMillion ?? 0, 9);
    }
    expect(big[2]?.usdPerMillion).toBeGreaterThan(small[2]?.usdPerMillion ?? 0);
  });

  it('takes every network as often', async () => {
    const asked = about(models, [175]);
    const fast = { ...network, meanMs: 1 };
    const { both } = await adviseSizes({ ...asked, networks: [network, fast] });
    expect(both[0]?.largerPct).toBe(50);
  });

  it('refuses to choose from nothing', async () => {
    await expect(adviseSizes(about([], [150]))).rejects.toThrow(NoCandidateError);
  });

  it('is drawn with a line for each of the three', async () => {
    const advice = await adviseSizes(about(models, [150, 300]));
    const text = JSON.stringify(sizesFigure(advice)('wide'));
    for (const label of ['1769 MB', '5307 MB', '1769 MB + 5307 MB']) {
      expect(text).toContain(`"${label}"`);
    }
  });
});
