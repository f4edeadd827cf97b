import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regularCorners } from '../../../lib/shapes/circle.ts';
import { box, disc, polygon, turned, union, without } from '../../../lib/shapes/distance.ts';

const coordinate = fc.double({ min: -3, max: 3, noNaN: true });

describe('distances', () => {
  it('of a square agree whether it is a box or a polygon', () => {
    const asBox = box(0.7, 0.7);
    const asPolygon = polygon([
      [-0.7, -0.7],
      [0.7, -0.7],
      [0.7, 0.7],
      [-0.7, 0.7],
    ]);
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        expect(Math.abs(asPolygon(x, y))).toBeCloseTo(Math.abs(asBox(x, y)), 9);
        if (Math.abs(asBox(x, y)) > 1e-9) expect(asPolygon(x, y) < 0).toBe(asBox(x, y) < 0);
      }),
    );
  });

  it('of a polygon with very many corners are those of a disc', () => {
    const round = polygon(regularCorners(400, 0.8));
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        expect(round(x, y)).toBeCloseTo(disc(0.8)(x, y), 3);
      }),
    );
  });

  it('never grow faster than the way walked', () => {
    const figure = without(union(box(0.9, 0.3), disc(0.6, 0.2, 0.1)), disc(0.2));
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, (x, y, toX, toY) => {
        const way = Math.hypot(toX - x, toY - y);
        expect(Math.abs(figure(toX, toY) - figure(x, y))).toBeLessThanOrEqual(way + 1e-9);
      }),
    );
  });

  it('turn with the figure', () => {
    const quarter = turned(box(0.9, 0.1), 0, 1);
    expect(quarter(0, 0.85)).toBeLessThan(0);
    expect(quarter(0.85, 0)).toBeGreaterThan(0);
  });
});
