import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slide } from '../../../../models/table3/onnx/window.ts';

describe('slide', () => {
  it.each([
    // size, side, stride, padding, count, before, after
    [224, 3, 2, 'same', 112, 0, 1],
    [299, 3, 2, 'valid', 149, 0, 0],
    [35, 3, 1, 'same', 35, 1, 1],
    [165, 7, 2, 'same', 83, 3, 3],
    [224, 7, 2, 'valid', 109, 0, 0],
    [7, 1, 2, 'same', 4, 0, 0],
    [2, 3, 1, 'valid', 0, 0, 0],
  ] as const)(
    '%i pixels, side %i, stride %i, %s',
    (size, side, stride, padding, count, before, after) => {
      expect(slide(size, side, { kernel: side, stride, padding })).toEqual({
        count,
        before,
        after,
      });
    },
  );

  it('takes a stride of 1 and "same" when nothing else is said', () => {
    expect(slide(10, 5, { kernel: 5 })).toEqual({ count: 10, before: 2, after: 2 });
  });

  it('never leaves the padded image, and reaches its last pixel with a stride of 1', () => {
    const sides = fc.integer({ min: 1, max: 11 });
    const property = fc.property(
      fc.integer({ min: 11, max: 400 }),
      sides,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('same' as const, 'valid' as const),
      (size, side, stride, padding) => {
        const { count, before, after } = slide(size, side, { kernel: side, stride, padding });
        const end = (count - 1) * stride + side;
        expect(end).toBeLessThanOrEqual(before + size + after);
        expect(end + stride).toBeGreaterThan(before + size + after);
        expect(after - before).toBeGreaterThanOrEqual(0);
        expect(after - before).toBeLessThanOrEqual(1);
      },
    );
    fc.assert(property);
  });
});
