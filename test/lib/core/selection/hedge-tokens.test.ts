import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HedgeTokens } from '../../../../lib/core/selection/hedge-tokens.ts';

const settings = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  burst: fc.integer({ min: 0, max: 30 }),
});

describe('HedgeTokens', () => {
  it('never gives more than its share of the requests so far, nor of any later ones and a burst', () => {
    fc.assert(
      fc.property(settings, fc.array(fc.nat(3), { maxLength: 300 }), (limits, wishes) => {
        const tokens = new HedgeTokens(limits);
        const taken = [0];
        for (const [i, wish] of wishes.entries()) {
          tokens.add();
          let total = taken.at(-1) ?? 0;
          for (let n = 0; n < wish; n++) if (tokens.take()) total++;
          taken.push(total);
          expect(total).toBeLessThanOrEqual(limits.share * (i + 1) + 1e-9);
        }
        for (const [from, before] of taken.entries()) {
          const since = (taken.at(-1) ?? 0) - before;
          const requests = taken.length - 1 - from;
          expect(since).toBeLessThanOrEqual(limits.share * requests + limits.burst + 1e-9);
        }
      }),
    );
  });

  it('gives all of its share to whoever always asks', () => {
    const tokens = new HedgeTokens();
    let taken = 0;
    for (let i = 0; i < 10_000; i++) {
      tokens.add();
      if (tokens.take()) taken++;
    }
    expect(taken).toBeGreaterThan(497);
    expect(taken).toBeLessThanOrEqual(500);
  });

  it('saves up a burst and no more', () => {
    const tokens = new HedgeTokens({ share: 0.5, burst: 3 });
    for (let i = 0; i < 100; i++) tokens.add();
    expect([1, 2, 3, 4].map(() => tokens.take())).toEqual([true, true, true, false]);
  });

  it('is off with a share of 0, and with a burst that never makes a token', () => {
    expect(new HedgeTokens().isOn).toBe(true);
    expect(new HedgeTokens({ share: 0 }).isOn).toBe(false);
    expect(new HedgeTokens({ burst: 0.5 }).isOn).toBe(false);
  });

  it('is cheaper the more is saved up, by the same factor each', () => {
    const tokens = new HedgeTokens({ share: 1, burst: 10 });
    const prices = Array.from({ length: 11 }, () => {
      const { pricePct } = tokens;
      tokens.add();
      return pricePct;
    });
    const ratios = prices.slice(1).map((price, i) => price / (prices[i] ?? 0));
    expect(prices[0]).toBe(20);
    expect(prices[10]).toBeCloseTo(0.2, 9);
    for (const ratio of ratios) expect(ratio).toBeCloseTo(0.01 ** 0.1, 9);
  });
});
