import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WarmUps } from '../../../../lib/service/inference/warm-up.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('knows of no warm-up before the first, and of each model’s own', () => {
  const warmUps = new WarmUps();
  expect(warmUps.isRecent('m')).toBe(false);
  expect(warmUps.hasStarted('m', 0)).toBe(false);
  warmUps.sent('m');
  expect(warmUps.isRecent('m')).toBe(true);
  expect(warmUps.isRecent('other')).toBe(false);
});

it('counts a warm-up for a minute', () => {
  const warmUps = new WarmUps();
  warmUps.sent('m');
  vi.advanceTimersByTime(59_999);
  expect(warmUps.isRecent('m')).toBe(true);
  vi.advanceTimersByTime(1);
  expect(warmUps.isRecent('m')).toBe(false);
});

it('takes a model for started when it has had the time, until Lambda may have let it go', () => {
  const warmUps = new WarmUps();
  warmUps.sent('m');
  vi.advanceTimersByTime(700);
  expect([warmUps.hasStarted('m', 700), warmUps.hasStarted('m', 701)]).toEqual([true, false]);
  expect(warmUps.hasStarted('m')).toBe(false);
  vi.advanceTimersByTime(5 * 60_000 - 701);
  expect(warmUps.hasStarted('m')).toBe(true);
  vi.advanceTimersByTime(1);
  expect(warmUps.hasStarted('m')).toBe(false);
});

it('forgets one that was not taken', () => {
  const warmUps = new WarmUps();
  warmUps.sent('m');
  warmUps.failed('m');
  expect(warmUps.isRecent('m')).toBe(false);
});
