/**
 * A stream of random numbers that depends on nothing but its seed: the same on every machine and
 * every version of Node, which is what makes an image's number its name.
 */
export interface RandomStream {
  /** Uniform integer in [0, 2^32). */
  bits(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, count). */
  below(count: number): number;
  /** True with the given probability in [0, 1]. */
  chance(probability: number): boolean;
  /** A direction, uniform on the unit circle. */
  direction(): { x: number; y: number };
}

/**
 * Makes the stream of one image.
 *
 * The generator is sfc32 of PractRand (Chris Doty-Humphrey), 32-bit integer arithmetic only.
 *
 * @param seed - names the data set
 * @param index - names the image in it
 */
export function createRandom(seed: number, index: number): RandomStream {
  let a = seed >>> 0;
  let b = index >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;

  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Neighbouring seeds start almost equal; the first rounds pull their streams apart.
  for (let round = 0; round < 16; round++) bits();

  const unit = () => bits() / 2 ** 32;
  return {
    bits,
    between: (low, high) => low + (high - low) * unit(),
    below: (count) => Math.floor(unit() * count),
    chance: (probability) => unit() < probability,
    direction: () => {
      // Rejection from the square needs no sine, whose last bit may differ between V8 versions.
      for (;;) {
        const x = 2 * unit() - 1;
        const y = 2 * unit() - 1;
        const length = Math.sqrt(x * x + y * y);
        if (length > 0.1 && length <= 1) return { x: x / length, y: y / length };
      }
    },
  };
}
