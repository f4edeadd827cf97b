import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Freezer } from '../../../../lib/local/lambda/freezer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function frozenFor(ms: number) {
  const kill = vi.fn<ChildProcess['kill']>();
  const purge = vi.fn<(token: string) => void>();
  const freezer = new Freezer({ kill }, { purge }, 'local-1');
  freezer.freeze();
  vi.advanceTimersByTime(ms);
  freezer.thaw();
  return { freezer, signals: kill.mock.calls.flat(), purged: purge.mock.calls.flat() };
}

describe('a freezer', () => {
  it('stops its process and lets it go on', () => {
    expect(frozenFor(1).signals).toEqual(['SIGSTOP', 'SIGCONT']);
  });

  it.each([
    [199, []],
    [200, ['local-1']],
  ])('after %d ms has purged the connections of %j', (ms, expected) => {
    expect(frozenFor(ms).purged).toEqual(expected);
  });

  it('lets nothing go on that it has not stopped', () => {
    const kill = vi.fn<ChildProcess['kill']>();
    new Freezer({ kill }, { purge: vi.fn() }, 'local-1').thaw();
    expect(kill).not.toHaveBeenCalled();
  });
});
