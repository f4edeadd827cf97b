import { onCircle, regularCorners } from './circle.ts';
import {
  box,
  type Corner,
  type Distance,
  disc,
  polygon,
  turned,
  union,
  without,
} from './distance.ts';

/**
 * The 16 classes: each label with the figure it stands for. Some differ by a detail only (ring and
 * c-ring, the two stars, pentagon and hexagon), which a small or coarse model cannot see: that is
 * where the accuracy of larger models comes from.
 */
export const figures: Readonly<Record<string, Distance>> = {
  disc: disc(0.88),
  ring: without(disc(0.92), disc(0.52)),
  square: box(0.7, 0.7),
  frame: without(box(0.74, 0.74), box(0.4, 0.4)),
  triangle: polygon(regularCorners(3, 1)),
  pentagon: polygon(regularCorners(5, 0.95)),
  hexagon: polygon(regularCorners(6, 0.95)),
  'star-5': star(5, 1, 0.44),
  'star-6': star(6, 1, 0.54),
  plus: union(box(0.92, 0.3), box(0.3, 0.92)),
  crescent: without(disc(0.95), disc(0.78, 0.48, 0)),
  heart: heart(),
  arrow: polygon([
    [0, -0.98],
    [0.72, -0.12],
    [0.27, -0.12],
    [0.27, 0.92],
    [-0.27, 0.92],
    [-0.27, -0.12],
    [-0.72, -0.12],
  ]),
  gear: gear(8),
  'c-ring': without(
    without(disc(0.92), disc(0.52)),
    polygon([
      [0, 0],
      [1.4, -0.62],
      [1.4, 0.62],
    ]),
  ),
  tee: polygon([
    [-0.72, -0.72],
    [0.72, -0.72],
    [0.72, -0.24],
    [0.25, -0.24],
    [0.25, 0.94],
    [-0.25, 0.94],
    [-0.25, -0.24],
    [-0.72, -0.24],
  ]),
};

/** The labels in the order of the models' outputs. */
export const shapeLabels: readonly string[] = Object.keys(figures);

function star(points: number, outer: number, inner: number): Distance {
  const tips = regularCorners(points, outer);
  const notches = regularCorners(points, inner, 0.5 / points);
  return polygon(tips.flatMap((tip, i): Corner[] => [tip, notches[i] ?? tip]));
}

function heart(): Distance {
  const lobes = union(disc(0.5, -0.44, -0.32), disc(0.5, 0.44, -0.32));
  const point = polygon([
    [0, 0.95],
    [-0.835, -0.02],
    [-0.44, -0.35],
    [0, -0.5],
    [0.44, -0.35],
    [0.835, -0.02],
  ]);
  return union(lobes, point);
}

function gear(teeth: number): Distance {
  // A bar through the centre makes two opposite teeth.
  const bars = Array.from({ length: teeth / 2 }, (_, i) => {
    const { cosine, sine } = onCircle(i / teeth);
    return turned(box(0.15, 0.98), cosine, sine);
  });
  return without(union(disc(0.72), ...bars), disc(0.3));
}
