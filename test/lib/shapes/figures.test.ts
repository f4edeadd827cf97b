import { describe, expect, it } from 'vitest';
import { figures, shapeLabels } from '../../../lib/shapes/figures.ts';

describe('figures', () => {
  it('are 16', () => expect(new Set(shapeLabels).size).toBe(16));

  it.each(Object.entries(figures))(
    '%s has an inside and fits into the unit disc',
    (_, distance) => {
      let inside = 0;
      for (let y = -1.5; y <= 1.5; y += 0.02) {
        for (let x = -1.5; x <= 1.5; x += 0.02) {
          if (distance(x, y) >= 0) continue;
          inside++;
          expect(x * x + y * y).toBeLessThan(1.05 ** 2);
        }
      }
      // At least a seventh of the disc, or it could not be seen among the noise.
      expect(inside * 0.02 ** 2).toBeGreaterThan(Math.PI / 7);
    },
  );

  it('differ pairwise by more than a twentieth of the disc', () => {
    const all = Object.entries(figures);
    for (const [name, one] of all) {
      for (const [other, two] of all) {
        if (name >= other) continue;
        let apart = 0;
        for (let y = -1; y <= 1; y += 0.02) {
          for (let x = -1; x <= 1; x += 0.02) if (one(x, y) < 0 !== two(x, y) < 0) apart++;
        }
        expect(apart * 0.02 ** 2, `${name} and ${other}`).toBeGreaterThan(0.05 * Math.PI);
      }
    }
  });
});
