/** A source of uniform random numbers in [0, 1), as `Math.random`. */
export type Random = () => number;

/**
 * A small seeded generator (mulberry32, Tommy Ettinger, public domain): the same seed gives the same
 * sequence on every machine. For simulations and tests, not for secrets.
 *
 * @param seed - any number; its low 32 bits are used
 * @example
 * ```ts
 * import { seededRandom } from 'mdinference/selection';
 *
 * const [a, b] = [seededRandom(1), seededRandom(1)];
 * [a(), a()].join() === [b(), b()].join(); // => true
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
