import type { Corner } from './distance.ts';

/**
 * Cosine and sine of `turns` full turns, by their series.
 *
 * IEEE 754 defines additions and multiplications to the last bit, but not `Math.sin`: V8 may change
 * its implementation, and images must not change with it.
 *
 * @param turns - in [-1, 1]
 */
export function onCircle(turns: number): { cosine: number; sine: number } {
  const angle = 2 * Math.PI * turns;
  let term = 1;
  let cosine = 1;
  let sine = 0;
  for (let power = 1; power <= 40; power++) {
    term *= angle / power;
    const sign = power % 4 < 2 ? 1 : -1;
    if (power % 2 === 0) cosine += sign * term;
    else sine += sign * term;
  }
  return { cosine, sine };
}

/** Corners of a regular polygon that stands on the circle of the given radius, the first one on top. */
export function regularCorners(count: number, radius: number, firstTurns = 0): Corner[] {
  return Array.from({ length: count }, (_, i) => {
    const { cosine, sine } = onCircle((i / count + firstTurns) % 1);
    return [radius * sine, -radius * cosine] as const;
  });
}
