import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftMs, outputOf } from '../../../../lib/core/selection/deadline.ts';
import { planHedge, waitUntilMs } from '../../../../lib/core/selection/hedging.ts';
import { budgetOf, candidates, slaAndInput, weightedTimes } from './arbitraries.ts';

const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
const middle = { name: 'middle', accuracyPct: 70, meanMs: 40, stdMs: 2 };
const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
const models = [small, middle, large];
const budget = { ...budgetOf({ slaMs: 250, inputMs: 50 }), deviceAccuracyPct: 40 };

const anyRequest = fc.record({
  models: candidates,
  request: slaAndInput,
  outputMs: fc.option(weightedTimes, { nil: undefined }),
  deviceAccuracyPct: fc.constantFrom(0, 40),
  coldShare: fc.constantFrom(0, 0.01, 0.9),
  pricePct: fc.constantFrom(0, 0.1, 5),
});
type AnyRequest = typeof anyRequest extends fc.Arbitrary<infer T> ? T : never;

function prepared({ models, request, outputMs, deviceAccuracyPct, coldShare }: AnyRequest) {
  const budget = { ...budgetOf(request), outputMs, deviceAccuracyPct };
  const withCold = models.map((model) => ({ ...model, coldShare }));
  const lastUsefulMs = leftMs(budget) - Math.min(...outputOf(budget).map(({ ms }) => ms));
  return { budget, candidates: withCold, chosen: withCold[0]!, lastUsefulMs };
}

describe('planHedge', () => {
  it('never plans the chosen model, a moment after the last useful one, or one that does not pay', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { budget, candidates, chosen, lastUsefulMs } = prepared(request);
        const plan = planHedge(chosen, candidates, budget, request.pricePct);
        if (!plan) return;
        expect(candidates).toContain(plan.model);
        expect(plan.model).not.toBe(chosen);
        expect(plan.afterMs).toBeGreaterThanOrEqual(0);
        expect(plan.afterMs).toBeLessThan(lastUsefulMs + 1e-9);
        expect(plan.gainPct).toBeGreaterThan(request.pricePct);
        expect(plan.gainPct).toBeLessThanOrEqual(
          plan.model.accuracyPct - request.deviceAccuracyPct + 1e-9,
        );
      }),
    );
  });

  it('plans no more at a higher price', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const { budget, candidates, chosen } = prepared(request);
        const cheap = planHedge(chosen, candidates, budget, request.pricePct);
        const dear = planHedge(chosen, candidates, budget, request.pricePct + 10);
        if (cheap === undefined) expect(dear).toBeUndefined();
      }),
    );
  });

  it('waits as long as a cheaper model still fits, and asks the most accurate that does', () => {
    const plan = planHedge(large, models, budget, 1);
    expect(plan?.model).toBe(middle);
    // 150 ms for the service, less the 95 % quantile of 40 +- 2 ms; all but hung calls have answered by then.
    expect(plan?.afterMs).toBeCloseTo(150 - 43.29, 1);
    expect(plan?.gainPct).toBeGreaterThan(15);
  });

  it('starts at once with a model that is likely cold', () => {
    const cold = { ...large, coldShare: 0.9 };
    const tight = { ...budget, ...budgetOf({ slaMs: 250, inputMs: 102 }) };
    expect(planHedge(cold, [middle, cold], tight, 1)).toMatchObject({ model: middle, afterMs: 0 });
  });

  it('asks a warm model rather than a better one that is likely cold', () => {
    const cold = { ...middle, coldShare: 0.9 };
    expect(planHedge(large, [small, cold, large], budget, 1)?.model).toBe(small);
  });

  it('gives up where no other model adds to the device, or none is in time', () => {
    expect(planHedge(large, models, { ...budget, deviceAccuracyPct: 85 }, 0)).toBeUndefined();
    expect(planHedge(large, [large], budget, 0)).toBeUndefined();
    expect(planHedge(large, models, budgetOf({ slaMs: 100, inputMs: 80 }), 0)).toBeUndefined();
  });

  it('goes by measured distributions where there are any', () => {
    const step = (limitMs: number) => ({
      probabilityWithin: (ms: number) => (ms >= limitMs ? 1 : 0),
      quantileMs: () => limitMs,
    });
    const measured = [
      { ...small, ...step(100) },
      { ...large, ...step(45) },
    ] as const;
    const plan = planHedge(measured[1], measured, budget, 1);
    expect(plan).toMatchObject({ model: measured[0], afterMs: 45 });
  });
});

describe('waitUntilMs', () => {
  it('returns an answer at once that the pending one does not improve on', () => {
    expect(waitUntilMs(large, small, 20, budget)).toBe(20);
    expect(waitUntilMs(small, { ...small, name: 'other' }, 20, budget)).toBe(20);
    expect(waitUntilMs(small, large, 20, { ...budget, deviceAccuracyPct: 90 })).toBe(20);
  });

  it('waits for a better one up to the moment at which it would be too late', () => {
    expect(waitUntilMs(small, large, 20, budget)).toBe(150);
    expect(waitUntilMs(small, large, 20, { ...budget, clockErrorMs: 5 })).toBe(145);
  });

  it('does not wait for one that would have answered by now', () => {
    expect(waitUntilMs(small, large, 130, { ...budget, outputMs: [10, 60].map(half) })).toBe(130);
  });

  it('waits for one that comes soon although the answer in hand may then be late', () => {
    const outputMs = [10, 110].map(half);
    const uncertain = { ...budget, outputMs };
    expect(waitUntilMs(small, large, 80, { ...uncertain, deviceAccuracyPct: 55 })).toBe(190);
    expect(waitUntilMs({ ...small, accuracyPct: 79 }, large, 80, uncertain)).toBe(90);
  });

  it('is never before now, nor after the last useful moment', () => {
    fc.assert(
      fc.property(anyRequest, fc.double({ min: 0, max: 300, noNaN: true }), (request, nowMs) => {
        const { budget, candidates, chosen, lastUsefulMs } = prepared(request);
        for (const pending of candidates) {
          const untilMs = waitUntilMs(chosen, pending, nowMs, budget);
          expect(untilMs).toBeGreaterThanOrEqual(nowMs);
          expect(untilMs).toBeLessThanOrEqual(Math.max(nowMs, lastUsefulMs + 1e-9));
        }
      }),
    );
  });
});

function half(ms: number) {
  return { ms, weight: 0.5 };
}
