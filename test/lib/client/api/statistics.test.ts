import { describe, expect, it } from 'vitest';
import { Counters } from '../../../../lib/client/api/statistics.ts';
import type { Race } from '../../../../lib/client/api/types.ts';

const nothing = { ...new Counters() };
const timing = { slaMs: 250, totalMs: 100, timerErrorMs: 0 };
const counted = (count: (counters: Counters) => void) => {
  const counters = new Counters();
  count(counters);
  return { ...counters };
};

describe('an answer counts', () => {
  it.each([
    ['cloud', true, { answeredByCloud: 1, inTime: 1 }],
    ['cloud', false, { answeredByCloud: 1 }],
    ['device', true, { answeredByDevice: 1, inTime: 1 }],
    ['device', false, { answeredByDevice: 1 }],
  ] as const)('of the %s, in time: %s', (source, inTime, expected) => {
    expect(counted((counters) => counters.answered({ source, inTime, timing }))).toEqual({
      ...nothing,
      requests: 1,
      ...expected,
    });
  });

  it('with the longest error of a timer', () => {
    const longest = counted((counters) => {
      for (const timerErrorMs of [2, 7, 3]) {
        counters.answered({ source: 'cloud', inTime: true, timing: { ...timing, timerErrorMs } });
      }
    });
    expect(longest).toMatchObject({ requests: 3, longestTimerErrorMs: 7 });
  });

  it('when there is none, as rejected', () => {
    expect(counted((counters) => counters.failed())).toEqual({
      ...nothing,
      requests: 1,
      rejected: 1,
    });
  });
});

it('remembers why the last run of the device failed', () => {
  const cloud = { state: 'cancelled' } as const;
  const counters = counted((count) => {
    for (const error of ['first', 'last']) {
      count.settled({ slaMs: 250, cloud, device: { state: 'failed', startMs: 0, error } }, true);
    }
    count.settled({ slaMs: 250, cloud, device: { state: 'answered', startMs: 0 } }, true);
  });
  expect(counters).toMatchObject({ deviceFailed: 2, deviceError: 'last' });
});

describe('the runs of a race count', () => {
  const answered = { state: 'answered', startMs: 0 } as const;
  it.each<[string, Omit<Race, 'slaMs'>, Partial<Counters>]>([
    ['in time', { cloud: { ...answered, endMs: 250 } }, {}],
    ['late', { cloud: { ...answered, endMs: 251 } }, { cloudLate: 1 }],
    ['failed, and late', { cloud: { state: 'failed', endMs: 300 } }, { cloudFailed: 1 }],
    ['given up', { cloud: { state: 'cancelled', endMs: 2_250 } }, {}],
    [
      'with a run of the device',
      {
        cloud: { ...answered, endMs: 9 },
        device: { state: 'cancelled', startMs: 0 },
        winner: 'cloud',
      },
      { deviceRuns: 1 },
    ],
    [
      'without the device’s',
      { cloud: { ...answered, endMs: 9 }, device: { state: 'waiting' }, winner: 'cloud' },
      { deviceRunsSaved: 1 },
    ],
    [
      'the device’s failed',
      { cloud: { ...answered, endMs: 9 }, device: { state: 'failed', startMs: 0, error: 'no' } },
      { deviceRuns: 1, deviceFailed: 1, deviceError: 'no' },
    ],
    [
      'without an upload',
      { cloud: { state: 'skipped' }, device: { ...answered, endMs: 9 }, winner: 'device' },
      { deviceRuns: 1, uploadsSaved: 1 },
    ],
    [
      'aborted before the device’s',
      { cloud: { state: 'cancelled', endMs: 9 }, device: { state: 'waiting' } },
      {},
    ],
  ])('%s', (_, race, expected) => {
    const { cloud, device, winner } = race;
    const settled = { slaMs: 250, cloud, device, winner };
    expect(counted((counters) => counters.settled(settled, true))).toEqual({
      ...nothing,
      ...expected,
    });
  });

  it('without an upload that was never meant to be', () => {
    const settled: Race = {
      ...{ slaMs: 250, cloud: { state: 'skipped' }, winner: 'device' },
      device: { ...answered, endMs: 9 },
    };
    expect(counted((counters) => counters.settled(settled, false))).toEqual({
      ...nothing,
      deviceRuns: 1,
    });
  });
});
