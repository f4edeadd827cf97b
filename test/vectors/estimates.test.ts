import { describe, expect, it } from 'vitest';
import { RecentTimes } from '../../lib/client/time/recent-times.ts';
import { TimerMargin } from '../../lib/client/time/timer-margin.ts';
import { vectors } from './vectors.ts';

const { margins, chances } = vectors<{
  margins: { name: string; latenessesMs: number[]; slaMs: number; marginMs: number }[];
  chances: {
    name: string;
    answers: { ms: number | null; ageMs: number }[];
    withinMs: number;
    chance: number;
  }[];
}>('estimates');

describe('the margin', () => {
  it.each(margins)('$name', ({ latenessesMs, slaMs, marginMs }) => {
    const margin = new TimerMargin();
    for (const latenessMs of latenessesMs) margin.observe(latenessMs, 0);
    expect(margin.of(slaMs)).toBeCloseTo(marginMs, 9);
  });
});

describe('the chance that the cloud answers in time', () => {
  it.each(chances)('$name', ({ answers, withinMs, chance }) => {
    const times = new RecentTimes();
    const nowMs = 1e9;
    for (const { ms, ageMs } of answers.toReversed()) {
      times.observe(ms ?? Number.POSITIVE_INFINITY, nowMs - ageMs);
    }
    expect(times.chanceWithin(withinMs, nowMs)).toBeCloseTo(chance, 9);
  });
});
