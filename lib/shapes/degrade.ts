import type { Canvas } from './canvas.ts';
import type { RandomStream } from './random.ts';

/** Blurs by the binomial filter 1-2-1 in both directions: a deviation of sqrt(passes / 2) pixels. */
export function blur(canvas: Canvas, passes: number): void {
  const { size } = canvas;
  for (let pass = 0; pass < passes; pass++) {
    for (let line = 0; line < size; line++) {
      smoothLine(canvas, line * size * 3, 3);
      smoothLine(canvas, line * 3, size * 3);
    }
  }
}

/**
 * Adds noise to every value, as a camera does in poor light: the sum of two uniform numbers, close
 * enough to a normal one.
 *
 * @param deviation - standard deviation in grey levels
 */
export function addNoise(canvas: Canvas, random: RandomStream, deviation: number): void {
  const { values } = canvas;
  // Two 16-bit uniforms from one draw; their sum has a deviation of 65536 / sqrt(6).
  const scale = (deviation * Math.sqrt(6)) / 65536;
  for (let i = 0; i < values.length; i++) {
    const bits = random.bits();
    values[i] = (values[i] ?? 0) + ((bits & 0xffff) + (bits >>> 16) - 65535) * scale;
  }
}

function smoothLine(canvas: Canvas, start: number, step: number): void {
  const { size, values } = canvas;
  for (let channel = 0; channel < 3; channel++) {
    let offset = start + channel;
    let before = values[offset] ?? 0;
    let here = before;
    for (let i = 0; i < size; i++, offset += step) {
      const after = i + 1 < size ? (values[offset + step] ?? 0) : here;
      values[offset] = (before + 2 * here + after) / 4;
      before = here;
      here = after;
    }
  }
}
