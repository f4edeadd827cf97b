import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeBudget } from '../../../../lib/core/selection/budget.ts';

const settings = { defaultNetworkMs: 100, clockToleranceMs: 50, maxInputMs: 60_000 };
const receivedMs = 1_800_000_000_000;

describe('timeBudget', () => {
  it.each([
    ['a plausible upload', 60, { inputMs: 60, networkMs: 120, budgetMs: 130, source: 'client' }],
    ['no time at all', 0, { inputMs: 0, networkMs: 0, budgetMs: 250, source: 'client' }],
    ['a fraction', 0.25, { inputMs: 0.25, networkMs: 0.5, budgetMs: 249.5, source: 'client' }],
    ['a clock a little fast', -50, { inputMs: 0, networkMs: 0, budgetMs: 250, source: 'client' }],
    ['a future', -51, { inputMs: 50, networkMs: 100, budgetMs: 150, source: 'default' }],
    ['the limit', 60_000, { inputMs: 60_000, networkMs: 120_000, source: 'client' }],
    ['a far past', 60_001, { inputMs: 50, networkMs: 100, budgetMs: 150, source: 'default' }],
  ])('%s', (_, elapsedMs, expected) => {
    const request = { slaMs: 250, uploadStartMs: receivedMs - elapsedMs, receivedMs };
    expect(timeBudget(request, settings)).toMatchObject(expected);
  });

  it('takes the default network time when there is no timestamp', () => {
    expect(timeBudget({ slaMs: 250, receivedMs }, settings)).toEqual({
      slaMs: 250,
      inputMs: 50,
      networkMs: 100,
      budgetMs: 150,
      source: 'default',
    });
  });

  it('counts the selector’s own start once, and not as network', () => {
    const request = { slaMs: 1_000, uploadStartMs: receivedMs - 660, receivedMs, startMs: 600 };
    expect(timeBudget(request, settings)).toEqual({
      slaMs: 1_000,
      inputMs: 60,
      networkMs: 120,
      budgetMs: 280,
      startMs: 600,
      source: 'client',
    });
    expect(timeBudget({ ...request, uploadStartMs: undefined }, settings)).toMatchObject({
      ...{ inputMs: 50, budgetMs: 300, source: 'default' },
    });
  });

  it('believes the timestamp by the upload alone, not by the start', () => {
    const sourceOf = (elapsedMs: number) =>
      timeBudget(
        { slaMs: 250, uploadStartMs: receivedMs - elapsedMs, receivedMs, startMs: 600 },
        settings,
      ).source;
    expect([549, 550, 60_600, 60_601].map(sourceOf)).toEqual([
      ...['default', 'client', 'client', 'default'],
    ]);
  });

  it('adds up to the SLA, whatever the upload and the start', () => {
    const time = fc.double({ min: 0, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(time, time, time, (uploadMs, startMs, slaMs) => {
        const uploadStartMs = receivedMs - startMs - uploadMs;
        const request = { slaMs, uploadStartMs, receivedMs };
        const { budgetMs, networkMs, inputMs } = timeBudget({ ...request, startMs }, settings);
        expect(inputMs).toBeCloseTo(uploadMs, 2);
        expect(networkMs + startMs + budgetMs).toBeCloseTo(slaMs, 6);
        expect(budgetMs).toBeGreaterThanOrEqual(timeBudget(request, settings).budgetMs - 1e-3);
      }),
    );
  });

  it('is finite and never longer than the SLA, whatever the timestamp', () => {
    fc.assert(
      fc.property(fc.double(), fc.integer({ min: 1, max: 60_000 }), (uploadStartMs, slaMs) => {
        const budget = timeBudget({ slaMs, uploadStartMs, receivedMs }, settings);
        expect(Number.isFinite(budget.budgetMs)).toBe(true);
        expect(budget.budgetMs).toBeLessThanOrEqual(slaMs);
        expect(budget.networkMs).toBe(2 * budget.inputMs);
      }),
    );
  });
});
