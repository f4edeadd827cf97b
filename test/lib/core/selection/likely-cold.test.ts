import { expect, it } from 'vitest';
import { asMetNow } from '../../../../lib/core/selection/likely-cold.ts';
import type { Candidate } from '../../../../lib/core/selection/types.ts';

const model: Candidate = { name: 'm', accuracyPct: 80, meanMs: 90, stdMs: 5, freshSamples: 12 };

it('leaves a model as it is that was called of late and has an environment to spare', () => {
  expect(asMetNow(model)).toBe(model);
  expect(asMetNow(model, { inFlight: 2, environments: 3 })).toBe(model);
  const { freshSamples: _, ...unmeasured } = model;
  expect(asMetNow(unmeasured)).toBe(unmeasured);
});

it('takes a model for likely cold that was not called of late, or that is busy', () => {
  expect(asMetNow({ ...model, freshSamples: 0 })).toMatchObject({
    ...model,
    freshSamples: 0,
    coldShare: 0.5,
  });
  expect(asMetNow(model, { inFlight: 3, environments: 3 }).coldShare).toBe(0.9);
  expect(asMetNow({ ...model, freshSamples: 0 }, { inFlight: 0, environments: 0 }).coldShare).toBe(
    0.9,
  );
});

it('takes a model that has been warmed up for warm, as long as it has an environment to spare', () => {
  const idle = { ...model, coldShare: 0.4, freshSamples: 0 };
  const free = { inFlight: 0, environments: 1 };
  expect(asMetNow(idle, { ...free, isWarmedUp: true }).coldShare).toBe(0);
  expect(asMetNow(idle, { ...free, inFlight: 1, isWarmedUp: true }).coldShare).toBe(0.9);
  expect(asMetNow(idle, { ...free, isWarmedUp: false }).coldShare).toBe(0.5);
});

it('never makes a model that was not warmed up warmer than its profile says', () => {
  const cold = { ...model, coldShare: 0.95 };
  expect(asMetNow(cold, { inFlight: 3, environments: 3 })).toBe(cold);
});
