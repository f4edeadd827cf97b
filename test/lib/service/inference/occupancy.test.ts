import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ModelOccupancy } from '../../../../lib/service/inference/occupancy.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('knows of one environment for each model until it has seen several answer at the same time', () => {
  const occupancy = new ModelOccupancy();
  expect(occupancy.of('m')).toEqual({ inFlight: 0, environments: 1 });
  occupancy.began('m');
  occupancy.began('m');
  expect(occupancy.of('m')).toEqual({ inFlight: 2, environments: 1 });
  occupancy.ended('m', true);
  expect(occupancy.of('m')).toEqual({ inFlight: 1, environments: 2 });
  occupancy.ended('m', true);
  expect(occupancy.of('m')).toEqual({ inFlight: 0, environments: 2 });
  expect(occupancy.of('other')).toEqual({ inFlight: 0, environments: 1 });
});

it('remembers that a model hangs until it answers', () => {
  const occupancy = new ModelOccupancy();
  occupancy.began('m');
  occupancy.hangs('m');
  expect([occupancy.isHanging('m'), occupancy.isHanging('other')]).toEqual([true, false]);
  occupancy.ended('m', false);
  expect(occupancy.isHanging('m')).toBe(true);
  occupancy.began('m');
  occupancy.ended('m', true);
  expect(occupancy.isHanging('m')).toBe(false);
});

it('learns nothing of environments from calls that fail', () => {
  const occupancy = new ModelOccupancy();
  occupancy.began('m');
  occupancy.began('m');
  occupancy.ended('m', false);
  occupancy.ended('m', false);
  expect(occupancy.of('m')).toEqual({ inFlight: 0, environments: 1 });
});

it('forgets environments that Lambda may have let go', () => {
  const occupancy = new ModelOccupancy();
  vi.advanceTimersByTime(1_000);
  occupancy.began('m');
  occupancy.began('m');
  occupancy.ended('m', true);
  vi.advanceTimersByTime(5 * 60_000);
  expect(occupancy.of('m').environments).toBe(1);
});
