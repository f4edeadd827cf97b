import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  priceList,
  pricesOf,
  tieredCost,
  UnknownRegionError,
} from '../../../../lib/core/pricing/prices.ts';

const tiers = [
  { upTo: 300, price: 1 },
  { upTo: 500, price: 0.5 },
  { upTo: Number.POSITIVE_INFINITY, price: 0.25 },
];

describe('tieredCost', () => {
  it.each([
    [0, 0],
    [300, 300],
    [400, 350],
    [500, 400],
    [900, 500],
  ])('of %d is %d', (amount, cost) => {
    expect(tieredCost(amount, tiers)).toBe(cost);
  });

  it('never falls, and never costs more than the first tier', () => {
    const amount = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(tieredCost(a + b, tiers)).toBeGreaterThanOrEqual(tieredCost(a, tiers));
        expect(tieredCost(a, tiers)).toBeLessThanOrEqual(a);
      }),
    );
  });
});

describe('the price list', () => {
  it('has a month and an AWS page for every price', () => {
    expect(priceList.asOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
    const services = Object.keys(pricesOf('us-east-1')).sort();
    expect(Object.keys(priceList.sources).sort()).toEqual(services);
    for (const url of Object.values(priceList.sources)) {
      expect(url).toMatch(/^https:\/\/aws\.amazon\.com\//);
    }
  });

  it('gets cheaper with every tier, and arm64 is cheaper than x86_64', () => {
    const { lambda, httpApi, dataTransfer } = pricesOf('us-east-1');
    for (const list of [
      lambda.x86_64.perGbSecond,
      lambda.arm64.perGbSecond,
      httpApi.perMillionRequests,
      dataTransfer.perGbOut,
    ]) {
      const prices = list.map(({ price }) => price);
      expect(prices).toEqual([...prices].sort((a, b) => b - a));
    }
    expect(lambda.arm64.perGbSecond[0]!.price).toBeLessThan(lambda.x86_64.perGbSecond[0]!.price);
  });

  it('names the regions it knows', () => {
    expect(() => pricesOf('mars-1')).toThrow(UnknownRegionError);
    expect(() => pricesOf('mars-1')).toThrow(/"mars-1".*us-east-1/);
  });
});
