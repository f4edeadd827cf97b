/** What a window does at the image's edge, in TensorFlow's words. */
export type Padding = 'same' | 'valid';

/** A window that slides over an image, of a convolution or a pooling. */
export interface Window {
  /** Side in pixels, or height and width. */
  readonly kernel: number | readonly [height: number, width: number];
  /**
   * Pixels from one position to the next.
   *
   * @default 1
   */
  readonly stride?: number;
  /**
   * `same` gives ceil(size / stride) positions, `valid` only those inside the image.
   *
   * @default 'same'
   */
  readonly padding?: Padding;
}

/** The positions of a window along one side of an image, and the zeros needed before and after it. */
export interface Positions {
  readonly count: number;
  readonly before: number;
  readonly after: number;
}

/** A window's height and width in pixels. */
export function kernelSides({ kernel }: Window): readonly [height: number, width: number] {
  return typeof kernel === 'number' ? [kernel, kernel] : kernel;
}

/**
 * Slides a window along one side of an image (https://www.tensorflow.org/api_docs/python/tf/nn, "Notes on
 * padding").
 *
 * @param size - of the image, in pixels
 * @param side - of the window, in pixels
 */
export function slide(size: number, side: number, window: Window): Positions {
  const { stride = 1, padding = 'same' } = window;
  if (padding === 'valid') {
    return { count: Math.ceil((size - side + 1) / stride), before: 0, after: 0 };
  }
  const count = Math.ceil(size / stride);
  const zeros = Math.max(0, (count - 1) * stride + side - size);
  const before = Math.floor(zeros / 2);
  return { count, before, after: zeros - before };
}
