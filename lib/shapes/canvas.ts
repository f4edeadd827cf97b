/** Red, green and blue, 0 to 255, not yet rounded. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A square picture in floating point, RGB interleaved, rows from the top. */
export interface Canvas {
  readonly size: number;
  readonly values: Float32Array;
}

/** An empty (black) canvas of `size` x `size` pixels. */
export function createCanvas(size: number): Canvas {
  return { size, values: new Float32Array(size * size * 3) };
}

/** Lays `colour` over the pixel at `offset` (of its red value) with the given opacity, 0 to 1. */
export function blend(canvas: Canvas, offset: number, colour: Colour, opacity: number): void {
  const { values } = canvas;
  for (let channel = 0; channel < 3; channel++) {
    const old = values[offset + channel] ?? 0;
    values[offset + channel] = old + ((colour[channel] ?? 0) - old) * opacity;
  }
}

/** The picture as bytes, rounded and clipped. */
export function toBytes(canvas: Canvas): Uint8Array {
  // Uint8ClampedArray rounds half to even and clips, by the language's definition.
  return new Uint8Array(new Uint8ClampedArray(canvas.values).buffer);
}
