import { describe, expect, it } from 'vitest';
import {
  cloudInTimePct,
  correctPct,
  History,
  meanOver,
} from '../../../../lib/playground/results/history.ts';
import { outcomeOf } from '../../../../lib/playground/results/outcome.ts';
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

  it('takes what is known later, and nothing of requests that the cloud was not sent', () => {
    const history = new History();
    const [first, second] = [outcome(true, 50), outcome(true, 60)];
    history.add(first);
    history.add(second);
    expect(history.series().cloudInTimePct).toEqual([0, 0]);
    history.replace(first, { ...first, cloudInTime: undefined });
    history.replace(second, { ...second, cloudInTime: true });
    expect(history.series().cloudInTimePct).toEqual([null, 100]);
    expect(cloudInTimePct(history.outcomes)).toBe(100);
  });
});

it('correctPct counts what is known alone', () => {
  const known = outcomeOf(classified({}), 'ring');
  const unknown = outcomeOf(classified({}), undefined);
  const wrong = outcomeOf(classified({}), 'disc');
  expect(correctPct([known, unknown, wrong])).toBe(50);
  expect(correctPct([unknown])).toBeUndefined();
});
