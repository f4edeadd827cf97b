import { describe, expect, it } from 'vitest';
import { requestOutcome } from '../../../../lib/client/api/outcome.ts';
import { correctPct, History, meanOver } from '../../../../lib/playground/results/history.ts';
import { classified } from './races.ts';

describe('History', () => {
  const outcome = (inTime: boolean, accuracyPct: number) =>
    ({ source: 'cloud', inTime, cloudInTime: false, accuracyPct }) as const;

  it('is the mean over the last requests', () => {
    const history = new History();
    for (let i = 0; i < meanOver; i++) history.add(outcome(false, 50));
    for (let i = 0; i < meanOver; i++) history.add(outcome(true, 100));
    const { number, inTimePct, accuracyPct, correctPct } = history.series();
    expect(number).toEqual(Array.from({ length: 2 * meanOver }, (_, i) => i + 1));
    expect(inTimePct[meanOver - 1]).toBe(0);
    expect(inTimePct[meanOver]).toBeCloseTo(100 / meanOver);
    expect(inTimePct.at(-1)).toBe(100);
    expect(accuracyPct.at(-1)).toBe(100);
    expect(correctPct.at(-1)).toBeNull();
  });

  it('forgets the oldest, but not their number', () => {
    const history = new History();
    for (let i = 0; i < 1_005; i++) history.add(outcome(true, 50));
    expect(history.outcomes).toHaveLength(1_000);
    expect(history.series().number.at(-1)).toBe(1_005);
    history.clear();
    expect(history.series().number).toEqual([]);
  });
});

it('correctPct counts what is known alone', () => {
  const known = requestOutcome(classified({}), 'ring');
  const unknown = requestOutcome(classified({}), undefined);
  const wrong = requestOutcome(classified({}), 'disc');
  expect(correctPct([known, unknown, wrong])).toBe(50);
  expect(correctPct([unknown])).toBeUndefined();
});
