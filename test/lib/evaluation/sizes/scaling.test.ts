import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PricedModel } from '../../../../lib/evaluation/cost/models.ts';
import {
  atMemory,
  atSizes,
  parallelShareOf,
  speedup,
  usualParallelShare,
} from '../../../../lib/evaluation/sizes/scaling.ts';

const model: PricedModel = { name: 'm', accuracyPct: 80, meanMs: 100, stdMs: 10, memoryMb: 1769 };
const memory = fc.integer({ min: 128, max: 10_240 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('speedup', () => {
  it.each([
    [885, 0.8, 885 / 1769],
    [1769, 0.8, 1],
    // One thread for each whole vCPU.
    [3537, 0.8, 1],
    [3538, 1, 2],
    [3538, 0, 1],
    [3538, 0.5, 4 / 3],
    [10_240, usualParallelShare, 3.2],
  ])('of %i MB with a parallel share of %d', (memoryMb, parallelShare, expected) => {
    expect(speedup(memoryMb, parallelShare)).toBeCloseTo(expected, 2);
  });

  it('never falls with memory, and is never above the vCPUs', () => {
    fc.assert(
      fc.property(memory, memory, share, (a, b, parallelShare) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(speedup(more, parallelShare)).toBeGreaterThanOrEqual(
          speedup(less, parallelShare) - 1e-12,
        );
        expect(speedup(more, parallelShare)).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('a model with other memory', () => {
  it('keeps what no processor makes shorter', () => {
    const { meanMs, stdMs, memoryMb } = atMemory(model, 3538, { parallelShare: 1, fixedMs: 20 });
    expect([meanMs, stdMs, memoryMb]).toEqual([60, 5, 3538]);
    const short = atMemory({ ...model, meanMs: 5 }, 512, { parallelShare: 1, fixedMs: 20 });
    expect(short.meanMs).toBe(5);
  });

  it('is itself again with its own', () => {
    fc.assert(
      fc.property(memory, share, (memoryMb, parallelShare) => {
        const scaling = { parallelShare, fixedMs: 10 };
        const back = atMemory(atMemory(model, memoryMb, scaling), 1769, scaling);
        expect(back.meanMs).toBeCloseTo(100, 6);
        expect(back.stdMs).toBeCloseTo(10, 6);
      }),
    );
  });
});

describe('models at several sizes', () => {
  const scalingOf = () => ({ parallelShare: 1, fixedMs: 0 });

  it('are named and told apart as a deployment does it', () => {
    expect(atSizes([model], [1769, 3538], scalingOf)).toMatchObject([
      { name: 'm', sizeOf: 'm', memoryMb: 1769, meanMs: 100 },
      { name: 'm-3538mb', sizeOf: 'm', memoryMb: 3538, meanMs: 50 },
    ]);
    expect(atSizes([model], [3538], scalingOf)).toEqual([
      { ...model, memoryMb: 3538, meanMs: 50, stdMs: 5, sizeOf: undefined },
    ]);
  });

  it('are scaled from the first, if they are deployed at several', () => {
    const deployed = atSizes([model], [1769, 5307], scalingOf);
    expect(atSizes(deployed, [1769, 3538], scalingOf)).toEqual(
      atSizes([model], [1769, 3538], scalingOf),
    );
  });
});

describe('parallelShareOf', () => {
  it('finds the share that times were made with', () => {
    fc.assert(
      fc.property(share, (parallelShare) => {
        const times = [1, 2, 4].map((threads) => ({
          threads,
          meanMs: 100 * (1 - parallelShare + parallelShare / threads),
        }));
        expect(parallelShareOf(times)).toBeCloseTo(parallelShare, 9);
      }),
    );
  });

  it('is between 0 and 1, and unknown without both', () => {
    const two = { threads: 2, meanMs: 120 };
    expect(parallelShareOf([{ threads: 1, meanMs: 100 }, two])).toBe(0);
    expect(parallelShareOf([{ threads: 1, meanMs: 300 }, two])).toBe(1);
    expect(parallelShareOf([two])).toBeUndefined();
    expect(parallelShareOf([{ threads: 1, meanMs: 100 }])).toBeUndefined();
  });
});
