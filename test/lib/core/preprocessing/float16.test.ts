import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from '../../../../lib/core/preprocessing/float16.ts';

describe('half-precision numbers', () => {
  // https://en.wikipedia.org/wiki/Half-precision_floating-point_format
  it.each([
    [0, 0x0000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [2 ** -24, 0x0001],
    [2 ** -14 - 2 ** -24, 0x03ff],
    [2 ** -14, 0x0400],
    [1 / 3, 0x3555],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ])('%d', (value, bits) => {
    expect(toFloat16(value)).toBe(bits);
    expect(fromFloat16(bits)).toBeCloseTo(value, 3);
  });

  it('are the nearest ones, of two the even one', () => {
    expect(toFloat16(1 + 2 ** -11)).toBe(0x3c00);
    expect(toFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(toFloat16(65_519)).toBe(0x7bff);
    expect(toFloat16(65_520)).toBe(0x7c00);
    expect(toFloat16(2 - 2 ** -12)).toBe(0x4000);
    fc.assert(
      fc.property(fc.double({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const nearest = fromFloat16(toFloat16(value));
        const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 10));
        expect(Math.abs(nearest - value)).toBeLessThanOrEqual(step / 2);
      }),
    );
  });

  it('come back as the same bits', () => {
    for (let bits = 0; bits < 0x7c00; bits++) expect(toFloat16(fromFloat16(bits))).toBe(bits);
    expect(fromFloat16(0x7e00)).toBeNaN();
  });
});
