import type { Size } from '../../../core/preprocessing/preprocessing.ts';
import { madeUpPixels, type Pixels } from '../../../core/preprocessing/tensor.ts';
import { seededRandom } from '../../../core/statistics/random.ts';

/** A picture to try a model with. */
export interface Picture extends Pixels {
  /** What it shows, for messages: "plain black". */
  readonly name: string;
}

const patches = 5;
/** The name of the brightest picture. */
export const brightest = 'plain white';
/** Colours along a side of a picture of patches. */
const patchesPerSide = 5;

/** Pictures that differ in all that a model may mind: brightness, colour, contrast, detail. */
export function madeUpPictures(size: Size): Picture[] {
  const { width, height } = size;
  const random = seededRandom(1);
  const paint = (name: string, colourAt: (u: number, v: number, channel: number) => number) => {
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
      const [column, row] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return colourAt(column / width, row / height, i % 3);
    });
    return { name, data, width, height };
  };
  const patchy = Array.from({ length: patches }, (_, i) =>
    paint(`soft patches of colour (${i + 1})`, patchesOf(random)),
  );
  return [
    ...patchy,
    { name: 'stripes of all colours', ...madeUpPixels(size) },
    paint('a gradient', (u, v, channel) => 255 * ([u, v, 1 - u][channel] ?? 0)),
    paint('noise', () => 256 * random()),
    paint(brightest, () => 255),
    paint('plain black', () => 0),
  ];
}

function patchesOf(random: () => number): (u: number, v: number, channel: number) => number {
  const side = patchesPerSide + 1;
  const grid = Float64Array.from({ length: 3 * side * side }, () => 255 * random());
  const at = (column: number, row: number, channel: number) =>
    grid[3 * (row * side + column) + channel] ?? 0;
  return (u, v, channel) => {
    const [x, y] = [u * patchesPerSide, v * patchesPerSide];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const between = (a: number, b: number, share: number) => a + (b - a) * share;
    return between(
      between(at(column, row, channel), at(column + 1, row, channel), x - column),
      between(at(column, row + 1, channel), at(column + 1, row + 1, channel), x - column),
      y - row,
    );
  };
}
