import { describe, expect, it } from 'vitest';
import { pace } from '../../../../lib/evaluation/live/pace.ts';
import { VirtualTime } from './virtual-time.ts';

describe('pacing', () => {
  it('starts each task when it is due, even while the first has not ended', async () => {
    const time = new VirtualTime();
    const { promise: first, resolve: endFirst } = Promise.withResolvers<number>();
    const startedMs: number[] = [];
    const all = pace([0, 10, 35], time, async (index) => {
      startedMs.push(time.nowMs());
      if (index === 2) endFirst(-1);
      return index === 0 ? first : index;
    });
    expect(await all).toEqual([-1, 1, 2]);
    expect(startedMs).toEqual([0, 10, 35]);
  });

  it('starts at once what is overdue', async () => {
    const time = new VirtualTime();
    await time.sleepUntil(100);
    expect(await pace([0, 50], time, async () => time.nowMs())).toEqual([100, 100]);
  });

  it('ends with the first error and starts no more', async () => {
    const started: number[] = [];
    const failing = pace([0, 10, 20, 30], new VirtualTime(), async (index) => {
      started.push(index);
      if (index === 1) throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(started).toEqual([0, 1]);
  });
});
