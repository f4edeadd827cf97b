import { describe, expect, it } from 'vitest';
import * as baselines from '../../../../lib/core/selection/baselines.ts';
import type { Decision } from '../../../../lib/core/selection/types.ts';
import { nasNetFictional, table3 } from '../../../fixtures/table-3.ts';
import { budgetOf } from './arbitraries.ts';

const models = [...table3, nasNetFictional];
const budget = budgetOf({ slaMs: 250, inputMs: 60 });
const chosen = (decision: Decision<(typeof models)[number]>) =>
  decision.eligible.map(({ model }) => model.name);

describe('baselines on Table III with 250 ms, of which the network takes 120', () => {
  it('static-latency runs the fastest', () => {
    expect(chosen(baselines.staticLatency(models))).toEqual(['MobileNetV1 0.25']);
  });

  it('static-accuracy runs the most accurate', () => {
    expect(chosen(baselines.staticAccuracy(models))).toEqual(['NasNet Large']);
  });

  it('static-greedy looks at the SLA and not at the network', () => {
    expect(chosen(baselines.staticGreedy(models, budget))).toEqual(['NasNet Large']);
    const slow = budgetOf({ slaMs: 113, inputMs: 500 });
    expect(chosen(baselines.staticGreedy(models, slow))).toEqual(['NasNet Large']);
    const hopeless = budgetOf({ slaMs: 2, inputMs: 0 });
    expect(chosen(baselines.staticGreedy(models, hopeless))).toEqual(['MobileNetV1 0.25']);
  });

  it('pure-random takes every model alike', () => {
    const { eligible } = baselines.pureRandom(models, budget);
    expect(eligible.map(({ probability }) => probability)).toEqual(models.map(() => 1 / 12));
  });

  it('related-random takes the exploration set alike, related-accurate its most accurate', () => {
    const { eligible } = baselines.relatedRandom(models, budget);
    expect(eligible.map(({ model, probability }) => [model.name, probability])).toEqual([
      ['NasNet Large', 0.5],
      ['NasNet Fictional', 0.5],
    ]);
    expect(chosen(baselines.relatedAccurate(models, budget))).toEqual(['NasNet Large']);
  });
});
