import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitUntilMs } from '../../../../lib/core/selection/waiting.ts';
import { budgetOf, hedgeableRequest } from './arbitraries.ts';

const small = { name: 'small', accuracyPct: 60, meanMs: 10, stdMs: 1 };
const large = { name: 'large', accuracyPct: 80, meanMs: 90, stdMs: 5 };
const budget = { ...budgetOf({ slaMs: 250, inputMs: 50 }), deviceAccuracyPct: 40 };
const half = (ms: number) => ({ ms, weight: 0.5 });

describe('waitUntilMs', () => {
  it('returns an answer at once that the pending one does not improve on', () => {
    expect(waitUntilMs(large, small, 20, budget)).toBe(20);
    expect(waitUntilMs(small, { ...small, name: 'other' }, 20, budget)).toBe(20);
    expect(waitUntilMs(small, large, 20, { ...budget, deviceAccuracyPct: 90 })).toBe(20);
  });

  it('waits for a better one up to the moment at which it would be too late', () => {
    expect(waitUntilMs(small, large, 20, budget)).toBeCloseTo(149.9, 9);
    expect(waitUntilMs(small, large, 20, { ...budget, clockErrorMs: 5 })).toBeCloseTo(144.9, 9);
  });

  it('does not wait for one that would have answered by now, nor when it is too late', () => {
    expect(waitUntilMs(small, large, 130, { ...budget, outputMs: [10, 60].map(half) })).toBe(130);
    expect(waitUntilMs(small, large, 150, budget)).toBe(150);
  });

  it('waits for one that comes soon although the answer in hand may then be late', () => {
    const uncertain = { ...budget, outputMs: [10, 110].map(half) };
    const untilMs = waitUntilMs(small, large, 80, { ...uncertain, deviceAccuracyPct: 55 });
    expect(untilMs).toBeCloseTo(189.9, 9);
    const nearly = { ...small, accuracyPct: 79 };
    expect(waitUntilMs(nearly, large, 80, uncertain)).toBeCloseTo(89.9, 9);
  });

  it('is never before now, nor after the last useful moment', () => {
    const now = fc.double({ min: 0, max: 300, noNaN: true });
    fc.assert(
      fc.property(hedgeableRequest, now, (request, nowMs) => {
        const { budget, candidates, chosen, lastUsefulMs } = request;
        for (const pending of candidates) {
          const untilMs = waitUntilMs(chosen, pending, nowMs, budget);
          expect(untilMs).toBeGreaterThanOrEqual(nowMs);
          expect(untilMs).toBeLessThanOrEqual(Math.max(nowMs, lastUsefulMs + 1e-9));
        }
      }),
    );
  });

  it('never waits for a less accurate answer, whatever the request', () => {
    fc.assert(
      fc.property(hedgeableRequest, ({ budget, candidates, chosen }) => {
        for (const pending of candidates) {
          if (pending.accuracyPct > chosen.accuracyPct) continue;
          expect(waitUntilMs(chosen, pending, 10, budget)).toBe(10);
        }
      }),
    );
  });
});
