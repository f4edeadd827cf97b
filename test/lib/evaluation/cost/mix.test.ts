import { describe, expect, it } from 'vitest';
import {
  checkMix,
  MixError,
  type SimulatedRequests,
  simulateMix,
} from '../../../../lib/evaluation/cost/mix.ts';

const fast = { name: 'fast', accuracyPct: 60, meanMs: 20, stdMs: 0 };
const good = { name: 'good', accuracyPct: 90, meanMs: 120, stdMs: 0 };
const models = [fast, good];

describe('checkMix', () => {
  it('takes shares that add up to 1, and evens out their rounding', () => {
    expect(checkMix(new Map([['good', 1]]), models)).toEqual(new Map([['good', 1]]));
    const thirds = new Map(models.map(({ name }) => [name, 0.4996]));
    expect([...checkMix(thirds, models).values()]).toEqual([0.5, 0.5]);
  });

  it.each([
    ['a model that is not there', { best: 1 }, /no model "best", only fast, good/],
    ['a sum under 1', { fast: 0.5, good: 0.4 }, /add up to 0\.9, not to 1/],
    ['a sum over 1', { fast: 1, good: 1 }, /add up to 2, not to 1/],
    ['a negative share', { fast: -0.5, good: 1 }, /"fast" is -0\.5/],
    ['a share that is no number', { fast: Number.NaN }, /"fast" is NaN/],
    ['no shares', {}, /add up to 0/],
  ])('refuses %s', (_, shares, message) => {
    const check = () => checkMix(new Map(Object.entries(shares)), models);
    expect(check).toThrow(MixError);
    expect(check).toThrow(message);
  });
});

describe('simulateMix', () => {
  const requests: SimulatedRequests = {
    strategy: 'three-stage',
    slaMs: 250,
    networkMeanMs: 100,
    networkStdMs: 0,
    requests: 100,
    seed: 1,
  };

  it('sends everything to the model that fits a steady network', () => {
    // 250 - 100 leaves 150 ms; 250 - 140 leaves 110.
    expect(simulateMix(models, requests).get('good')).toBeCloseTo(1);
    expect(simulateMix(models, { ...requests, networkMeanMs: 140 }).get('fast')).toBeCloseTo(1);
  });

  it('follows the share of requests that leave enough time', () => {
    // The good model fits while the network takes less than its mean + one deviation: 84.1 %.
    const mix = simulateMix(models, { ...requests, networkStdMs: 30, requests: 20_000 });
    expect(mix.get('good')).toBeCloseTo(0.841, 1);
    expect(mix.get('good')! + mix.get('fast')!).toBeCloseTo(1);
  });

  it('is the same for the same seed', () => {
    const noisy = { ...requests, networkStdMs: 30 };
    expect(simulateMix(models, noisy)).toEqual(simulateMix(models, noisy));
    expect(simulateMix(models, noisy)).not.toEqual(simulateMix(models, { ...noisy, seed: 2 }));
  });

  it('is the deployed one: a slower and less accurate model gets nothing', () => {
    const close = [
      { name: 'good', accuracyPct: 80, meanMs: 50, stdMs: 5 },
      { name: 'bad', accuracyPct: 60, meanMs: 51, stdMs: 5 },
    ];
    const mix = simulateMix(close, { ...requests, networkStdMs: 50 });
    expect(mix.get('good')).toBeCloseTo(1, 9);
    expect(mix.get('bad')).toBe(0);
  });

  it('spreads a random strategy over all models', () => {
    const mix = simulateMix(models, { ...requests, strategy: 'pure-random' });
    expect(mix.get('fast')).toBeCloseTo(0.5);
  });
});
