import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedbackChoice } from '../../../../lib/core/contract/feedback-choices.ts';
import { callerShare, fieldAccuracyPct } from '../../../../lib/service/feedback/accuracy.ts';
import type { CallerLabels } from '../../../../lib/service/profiles/labels.ts';

const from = (count: number, caller: CallerLabels) => Array.from({ length: count }, () => caller);
const accuracy = (
  cataloguePct: number,
  callers: readonly CallerLabels[],
  feedback: FeedbackChoice = 'callers',
) => fieldAccuracyPct(cataloguePct, callers, { feedback, weight: 200 });

describe('the attacks', () => {
  it('eight false labels of one caller do nothing, nor do a million', () => {
    for (const labels of [8, 1_000_000]) {
      expect(accuracy(97.66, [{ labels, correct: 0 }])).toBe(97.66);
      const honest = from(4, { labels: 1_000, correct: 977 });
      expect(accuracy(97.66, [...honest, { labels, correct: 0 }])).toBe(97.66);
    }
  });

  it('where anybody counts, eight false labels leave the best model the best', () => {
    expect(accuracy(97.66, [{ labels: 8, correct: 0 }], 'anybody')).toBeCloseTo(96.43, 2);
  });

  it('praise cannot be bought either', () => {
    const honest = from(4, { labels: 1_000, correct: 500 });
    expect(accuracy(50, [...honest, { labels: 1e6, correct: 1e6 }])).toBe(50);
  });
});

describe('fieldAccuracyPct', () => {
  it.each([
    ['no label', [], 80],
    ['labels that agree', from(10, { labels: 100, correct: 80 }), 80],
    ['a few that do not', from(10, { labels: 1, correct: 0 }), 80],
    ['four callers, however much they say', from(4, { labels: 1_000, correct: 0 }), 80],
    // Wilson's interval of (160 + 800 * 0.5) / (200 + 800) ends at 59.05 %.
    ['proof that it is worse', from(10, { labels: 100, correct: 50 }), 59.05],
    ['proof that it is better', from(10, { labels: 100, correct: 100 }), 94.6],
  ])('with %s', (_, callers, expected) => {
    expect(accuracy(80, callers)).toBeCloseTo(expected, 2);
  });

  it('with labels that nobody takes is the catalogue’s', () => {
    expect(accuracy(80, from(10, { labels: 100, correct: 0 }), 'off')).toBe(80);
  });

  it('with anybody’s labels approaches what they say', () => {
    expect(accuracy(80, [{ labels: 1e8, correct: 3e7 }], 'anybody')).toBeCloseTo(30, 1);
  });

  const anyCaller = fc
    .record({
      labels: fc.integer({ min: 0, max: 5_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ labels, share }) => ({ labels, correct: Math.floor(labels * share) }));
  const anyCallers = fc.array(anyCaller, { maxLength: 30 });
  const anyAccuracy = fc.double({ min: 0, max: 100, noNaN: true });
  const sidesOf = (pct: number, callers: readonly CallerLabels[]) =>
    callers
      .filter(({ labels }) => labels > 0)
      .map(({ labels, correct }) => (100 * correct) / labels - pct);

  it('lies between the catalogue and what some caller has seen', () => {
    fc.assert(
      fc.property(
        anyAccuracy,
        anyCallers,
        fc.constantFrom<FeedbackChoice[]>('callers', 'anybody'),
        (pct, callers, choice) => {
          const shift = accuracy(pct, callers, choice) - pct;
          const sides = sidesOf(pct, callers);
          expect(shift).toBeGreaterThanOrEqual(Math.min(0, ...sides) - 1e-9);
          expect(shift).toBeLessThanOrEqual(Math.max(0, ...sides) + 1e-9);
        },
      ),
    );
  });

  it('is not moved by one caller among others, whatever these say in its favour', () => {
    fc.assert(
      fc.property(anyAccuracy, anyCallers, anyCaller, (pct, callers, bought) => {
        const honest = callers.filter(({ labels, correct }) => correct >= (labels * pct) / 100);
        expect(accuracy(pct, [...honest, { ...bought, correct: 0 }])).toBeGreaterThanOrEqual(pct);
      }),
    );
  });

  it('is not moved by fewer callers than it takes for each to be a small share', () => {
    const fewer = Math.ceil(1 / callerShare) - 1;
    fc.assert(
      fc.property(anyAccuracy, fc.array(anyCaller, { maxLength: fewer }), (pct, callers) => {
        expect(accuracy(pct, callers)).toBe(pct);
      }),
    );
  });
});
