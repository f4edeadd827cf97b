import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onCircle, regularCorners } from '../../../lib/shapes/circle.ts';

describe('onCircle', () => {
  it('agrees with the sine and cosine', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (turns) => {
        const { cosine, sine } = onCircle(turns);
        expect(cosine).toBeCloseTo(Math.cos(2 * Math.PI * turns), 12);
        expect(sine).toBeCloseTo(Math.sin(2 * Math.PI * turns), 12);
      }),
    );
  });
});

describe('regularCorners', () => {
  it('start on top and go round clockwise as seen on a screen', () => {
    const [top, right, bottom, left] = regularCorners(4, 2);
    for (const [corner, x, y] of [
      [top, 0, -2],
      [right, 2, 0],
      [bottom, 0, 2],
      [left, -2, 0],
    ] as const) {
      expect(corner?.[0]).toBeCloseTo(x, 12);
      expect(corner?.[1]).toBeCloseTo(y, 12);
    }
  });
});
