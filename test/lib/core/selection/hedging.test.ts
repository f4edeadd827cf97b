import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planHedge } from '../../../../lib/core/selection/hedging.ts';
import { budgetOf, hedgeableRequest } from './arbitraries.ts';

const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
const middle = { name: 'middle', accuracyPct: 70, meanMs: 40, stdMs: 2 };
const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
const models = [small, middle, large];
const budget = { ...budgetOf({ slaMs: 250, inputMs: 50 }), deviceAccuracyPct: 40 };

const price = fc.constantFrom(0, 0.1, 5);

describe('planHedge', () => {
  it('never plans the chosen model, a moment after the last useful one, or one that does not pay', () => {
    fc.assert(
      fc.property(hedgeableRequest, price, (request, pricePct) => {
        const { budget, candidates, chosen, lastUsefulMs } = request;
        const plan = planHedge(chosen, candidates, budget, pricePct);
        if (!plan) return;
        expect(candidates).toContain(plan.model);
        expect(plan.model).not.toBe(chosen);
        expect(plan.afterMs).toBeGreaterThanOrEqual(0);
        expect(plan.afterMs).toBeLessThan(lastUsefulMs + 1e-9);
        expect(plan.gainPct).toBeGreaterThan(pricePct);
        expect(plan.gainPct).toBeLessThanOrEqual(
          plan.model.accuracyPct - (budget.deviceAccuracyPct ?? 0) + 1e-9,
        );
      }),
    );
  });

  it('plans no more at a higher price', () => {
    fc.assert(
      fc.property(hedgeableRequest, price, ({ budget, candidates, chosen }, pricePct) => {
        const cheap = planHedge(chosen, candidates, budget, pricePct);
        const dear = planHedge(chosen, candidates, budget, pricePct + 10);
        if (cheap === undefined) expect(dear).toBeUndefined();
      }),
    );
  });

  it('waits as long as a cheaper model still fits, and asks the most accurate that does', () => {
    const plan = planHedge(large, models, budget, 1);
    expect(plan?.model).toBe(middle);
    // 150 ms for the service, less the 95 % quantile of 40 +- 2 ms; all but hung calls have answered by then.
    expect(plan?.afterMs).toBeCloseTo(149.9 - 43.29, 9);
    expect(plan?.gainPct).toBeGreaterThan(15);
  });

  it('starts at once with a model that is likely cold', () => {
    const cold = { ...large, coldShare: 0.9 };
    const tight = { ...budget, ...budgetOf({ slaMs: 250, inputMs: 102 }) };
    expect(planHedge(cold, [middle, cold], tight, 1)).toMatchObject({ model: middle, afterMs: 0 });
  });

  it('waits for a cold start that is over in time', () => {
    const cold = { ...large, coldShare: 0.9, coldMeanMs: 120 };
    const plan = planHedge(cold, models, budget, 1);
    expect(plan?.model).toBe(small);
    expect(plan?.afterMs).toBeGreaterThan(120);
  });

  it('asks a warm model rather than a better one that is likely cold', () => {
    const cold = { ...middle, coldShare: 0.9 };
    expect(planHedge(large, [small, cold, large], budget, 1)?.model).toBe(small);
  });

  it('leaves as much more time to the other model as the chosen one is slower, when that makes it late', () => {
    // 60 ms for the service: in 1 of 6 calls of the chosen model it is not enough.
    const tight = { ...budget, ...budgetOf({ slaMs: 180, inputMs: 60 }) };
    const slow = { ...large, meanMs: 40, stdMs: 20 };
    const plan = planHedge(slow, [{ ...small, stdMs: 0 }, slow], tight, 1);
    expect(plan?.afterMs).toBeCloseTo(59.9 - 10 * (59.9 / 40), 9);
  });

  it('takes the more accurate of two models that would be there in time, in any order', () => {
    const better = { ...small, name: 'better', accuracyPct: 65 };
    for (const order of [
      [small, better, large],
      [large, better, small],
    ]) {
      expect(planHedge(large, order, budget, 1)?.model).toBe(better);
    }
  });

  it('does not pay for what a single answer cannot use: where only T_output is uncertain', () => {
    const steady = models.map((model) => ({ ...model, stdMs: 0.1 }));
    const outputMs = [60, 160].map((ms) => ({ ms, weight: 0.5 }));
    const [, , first] = steady;
    const plan = planHedge(first as (typeof steady)[0], steady, { ...budget, outputMs }, 0.2);
    // Only should it hang.
    expect(plan?.afterMs ?? 100).toBeGreaterThan(90);
  });

  it('knows no profit where a distribution is not known', () => {
    const unknown = { ...small, probabilityWithin: () => Number.NaN };
    expect(planHedge(large, [unknown, large], budget, 1)).toBeUndefined();
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
    expect(plan).toMatchObject({ model: measured[0], afterMs: expect.closeTo(49.9, 9) });
  });
});
