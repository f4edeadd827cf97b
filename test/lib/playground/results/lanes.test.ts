import { describe, expect, it } from 'vitest';
import { cloudLane, deviceLane } from '../../../../lib/playground/results/lanes.ts';
import { answer, classified, inTime } from './races.ts';

const race = (more: Parameters<typeof classified>[0]) => classified(more).race;

describe('cloudLane', () => {
  it('is on the way, at work, and on the way back', () => {
    const { stretches, end, model } = cloudLane(race({}));
    expect(stretches.map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs])).toEqual([
      ['upload', 2, 62],
      ['model', 62, 104],
      ['download', 104, 130],
    ]);
    expect([model, end]).toEqual(['big', '130 ms']);
  });

  it('never goes back in time when the clocks disagree', () => {
    const timing = { ...answer.timing, inputMs: 500 };
    const { stretches } = cloudLane(race({ cloud: { ...inTime, answer: { ...answer, timing } } }));
    const ends = stretches.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(ends.at(-1)).toBe(130);
  });

  it('shares the way out evenly when the service did not know the upload’s time', () => {
    const timing = { ...answer.timing, inputMs: 500, source: 'default' as const };
    const { stretches } = cloudLane(race({ cloud: { ...inTime, answer: { ...answer, timing } } }));
    expect(stretches.map(({ toMs }) => toMs)).toEqual([45, 87, 130]);
  });

  it.each([
    [{ state: 'running', startMs: 0 }, 1, 'no answer yet'],
    [{ state: 'cancelled', startMs: 0, endMs: 2_250 }, 1, 'no answer in 2250 ms'],
    [{ state: 'failed', startMs: 0, endMs: 3, error: new Error('broken') }, 1, 'failed: broken'],
    [{ ...inTime, endMs: 400 }, 3, '400 ms, 150 ms too late'],
    [{ ...inTime, endMs: 250.2 }, 3, '250.2 ms, 0.2 ms too late'],
    [{ state: 'waiting' }, 0, ''],
    [{ state: 'skipped' }, 0, 'not asked: nothing was uploaded'],
  ] as const)('of %j ends as it did', (cloud, stretches, end) => {
    const lane = cloudLane(race({ cloud }));
    expect(lane.stretches).toHaveLength(stretches);
    expect(lane.end).toBe(end);
  });
});

describe('deviceLane', () => {
  it.each([
    [{ state: 'waiting' }, 0, 'not needed: this run was saved'],
    [{ state: 'cancelled', startMs: 5, endMs: 90 }, 1, 'no longer needed'],
    [{ state: 'running', startMs: 0 }, 1, 'no answer yet'],
  ] as const)('of %j ends as it did', (device, stretches, end) => {
    const lane = deviceLane(race({ device }));
    expect(lane?.stretches).toHaveLength(stretches);
    expect(lane?.end).toBe(end);
  });

  it('is not there without a model on the device', () => {
    expect(deviceLane(race({ device: undefined }))).toBeUndefined();
  });
});
