import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBy, leftMs, outputOf } from '../../../../lib/core/selection/deadline.ts';
import { probabilityInTime } from '../../../../lib/core/selection/expected-accuracy.ts';
import { budgetOf, slaAndInput, weightedTimes } from './arbitraries.ts';

const receivedMs = 1_800_000_000_000;
const share = fc.double({ min: 0.01, max: 1, noNaN: true });

describe('answerBy', () => {
  it('is T_budget after the receipt where T_output is as long as T_input', () => {
    fc.assert(
      fc.property(slaAndInput, share, (request, atLeast) => {
        const budget = budgetOf(request);
        expect(answerBy(0, budget, atLeast)).toBeCloseTo(budget.budgetMs, 9);
      }),
    );
  });

  it('lets as many answers that leave by then reach their clients in time as it says, and none later', () => {
    const shareInTime = (leftForAnswerMs: number, outputMs: { ms: number; weight: number }[]) =>
      outputMs.reduce((sum, { ms, weight }) => sum + (ms <= leftForAnswerMs ? weight : 0), 0);
    fc.assert(
      fc.property(slaAndInput, weightedTimes, share, (request, outputMs, atLeast) => {
        const budget = { ...budgetOf(request), outputMs };
        const afterMs = answerBy(0, budget, atLeast);
        expect(shareInTime(leftMs(budget) - afterMs + 1e-6, outputMs)).toBeGreaterThan(
          atLeast - 1e-9,
        );
        expect(shareInTime(leftMs(budget) - afterMs - 1e-6, outputMs)).toBeLessThan(atLeast + 1e-9);
      }),
    );
  });

  it('moves with the receipt, the SLA and the error of the clock, and is earlier the surer it is', () => {
    const budget = { ...budgetOf({ slaMs: 250, inputMs: 60 }), outputMs: unsorted };
    const afterMs = answerBy(receivedMs, budget) - receivedMs;
    expect(afterMs).toBe(190 - 30);
    expect(answerBy(receivedMs + 7, budget) - receivedMs).toBe(afterMs + 7);
    expect(answerBy(receivedMs, { ...budget, slaMs: 260 }) - receivedMs).toBe(afterMs + 10);
    expect(answerBy(receivedMs, { ...budget, clockErrorMs: 5 }) - receivedMs).toBe(afterMs - 5);
    expect(answerBy(receivedMs, { ...budget, startMs: 7 }) - receivedMs).toBe(afterMs - 7);
    expect(answerBy(receivedMs, budget, 0.5) - receivedMs).toBe(190 - 20);
    expect(answerBy(receivedMs, budget, 1) - receivedMs).toBe(190 - 90);
  });

  it('lies before the receipt when the upload has used up the SLA', () => {
    expect(answerBy(0, budgetOf({ slaMs: 100, inputMs: 80 }))).toBe(-60);
  });

  it('is late rather than never for weights that add up to less than 1, or to nothing', () => {
    const budget = budgetOf({ slaMs: 100, inputMs: 10 });
    const hairUnder = [0.3, 0.3, 0.3].map((weight) => ({ ms: 20, weight }));
    expect(answerBy(0, { ...budget, outputMs: hairUnder }, 1)).toBe(70);
    expect(answerBy(0, { ...budget, outputMs: [] })).toBe(90);
  });
});

const unsorted = [
  { ms: 30, weight: 0.3 },
  { ms: 90, weight: 0.1 },
  { ms: 20, weight: 0.6 },
];

describe('what is left of the SLA', () => {
  it('is what the chance of being in time is worked out with', () => {
    const budget = { ...budgetOf({ slaMs: 250, inputMs: 60 }), clockErrorMs: 10 };
    const model = { name: 'm', accuracyPct: 80, meanMs: 120, stdMs: 0 };
    expect(leftMs(budget)).toBe(180);
    expect(probabilityInTime(model, leftMs(budget), outputOf(budget))).toBe(1);
    expect(probabilityInTime({ ...model, meanMs: 121 }, leftMs(budget), outputOf(budget))).toBe(0);
    expect(outputOf({ ...budget, outputMs: unsorted })).toBe(unsorted);
  });
});
