import type { Canvas, Colour } from './canvas.ts';
import type { RandomStream } from './random.ts';

/**
 * Fills the canvas with a base colour that drifts across the picture and is roughened by value
 * noise of several scales.
 *
 * @param roughness - swing of the noise in grey levels
 */
export function paintBackground(
  canvas: Canvas,
  random: RandomStream,
  base: Colour,
  roughness: number,
): void {
  const { size, values } = canvas;
  const slope = random.direction();
  const drift = roughness * random.between(0.3, 1);
  const tint = [random.between(0.6, 1.2), random.between(0.6, 1.2), random.between(0.6, 1.2)];
  const coarse = createNoise(random, 3 + random.below(4));
  const fine = createNoise(random, 10 + random.below(14));

  let offset = 0;
  for (let row = 0; row < size; row++) {
    const v = row / size;
    for (let column = 0; column < size; column++) {
      const u = column / size;
      const ramp = drift * (slope.x * (u - 0.5) + slope.y * (v - 0.5));
      const noise = roughness * (0.6 * coarse(u, v) + 0.4 * fine(u, v));
      for (let channel = 0; channel < 3; channel++) {
        values[offset++] = (base[channel] ?? 0) + (ramp + noise) * (tint[channel] ?? 1);
      }
    }
  }
}

/** Smooth noise in [-1, 1] over the unit square: random values on a grid, blended between. */
function createNoise(random: RandomStream, cells: number): (u: number, v: number) => number {
  const side = cells + 1;
  const grid = Float64Array.from({ length: side * side }, () => random.between(-1, 1));
  const at = (column: number, row: number) => grid[row * side + column] ?? 0;
  return (u, v) => {
    const column = Math.floor(u * cells);
    const row = Math.floor(v * cells);
    const across = ease(u * cells - column);
    const down = ease(v * cells - row);
    const top = at(column, row) + (at(column + 1, row) - at(column, row)) * across;
    const bottom = at(column, row + 1) + (at(column + 1, row + 1) - at(column, row + 1)) * across;
    return top + (bottom - top) * down;
  };
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
