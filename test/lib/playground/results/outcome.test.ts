import { describe, expect, it } from 'vitest';
import { outcomeOf, wasCloudInTime } from '../../../../lib/playground/results/outcome.ts';
import { classified, inTime } from './races.ts';

describe('outcomeOf', () => {
  it.each([
    [250, true],
    [250.5, false],
    [283, false],
  ])('of an answer after %d of 250 ms is by the clock', (totalMs, isInTime) => {
    const timing = { slaMs: 250, totalMs, timerErrorMs: 0 };
    expect(outcomeOf(classified({}, { inTime: true, timing }), 'ring').inTime).toBe(isInTime);
  });

  it('without an answer is late', () => {
    expect(outcomeOf(undefined, 'ring')).toMatchObject({ inTime: false, correct: false });
  });
});

describe('wasCloudInTime', () => {
  const of = (cloud: Parameters<typeof classified>[0]['cloud']) =>
    wasCloudInTime(classified({ ...(cloud && { cloud }) }).race);

  it('is by the clock', () => {
    expect(of(inTime)).toBe(true);
    expect(of({ ...inTime, endMs: 251 })).toBe(false);
    expect(of({ state: 'running', startMs: 0 })).toBe(false);
    expect(of({ state: 'skipped' })).toBeUndefined();
  });
});
