import { blend, type Canvas, type Colour } from './canvas.ts';
import type { Distance } from './distance.ts';
import type { RandomStream } from './random.ts';

/** Where and how large something is drawn, in pixels. */
export interface Place {
  readonly centreX: number;
  readonly centreY: number;
  /** What the unit of the figure's plane becomes. */
  readonly radius: number;
}

/** How a figure's plane lies on the canvas. */
export interface Pose {
  readonly centreX: number;
  readonly centreY: number;
  /** (x, y) of the plane lies at the centre + (xx * x + xy * y, yx * x + yy * y) in pixels. */
  readonly matrix: { xx: number; xy: number; yx: number; yy: number };
}

/** What a figure is painted with at a point of its own plane. */
export type Paint = (x: number, y: number) => Colour;

/** How strongly a pose may distort: both 0 for rotation alone. */
export interface Distortion {
  /** Largest shear, as a fraction of the radius. */
  readonly shear: number;
  /** Largest shortening of one axis, as a fraction of the radius. */
  readonly squeeze: number;
}

/** A pose of the given place and radius, turned at random, sheared and squeezed at random. */
export function randomPose(random: RandomStream, place: Place, distortion: Distortion): Pose {
  const { x: cosine, y: sine } = random.direction();
  const shear = random.between(-distortion.shear, distortion.shear);
  const squeeze = 1 - random.between(0, distortion.squeeze);
  const { centreX, centreY, radius } = place;
  return {
    centreX,
    centreY,
    matrix: {
      xx: radius * cosine,
      xy: radius * (cosine * shear - sine * squeeze),
      yx: radius * sine,
      yy: radius * (sine * shear + cosine * squeeze),
    },
  };
}

/** Draws a figure with soft (one pixel wide) edges. */
export function draw(
  canvas: Canvas,
  distance: Distance,
  pose: Pose,
  paint: Paint,
  opacity: number,
): void {
  const { size } = canvas;
  const { xx, xy, yx, yy } = pose.matrix;
  const determinant = xx * yy - xy * yx;
  // The plane's unit in pixels: shear and squeeze are mild, so one factor serves all directions.
  const unit = Math.sqrt(Math.abs(determinant));
  const reachX = 1.05 * Math.sqrt(xx * xx + xy * xy) + 1;
  const reachY = 1.05 * Math.sqrt(yx * yx + yy * yy) + 1;
  const left = Math.max(0, Math.floor(pose.centreX - reachX));
  const right = Math.min(size - 1, Math.ceil(pose.centreX + reachX));
  const top = Math.max(0, Math.floor(pose.centreY - reachY));
  const bottom = Math.min(size - 1, Math.ceil(pose.centreY + reachY));

  for (let row = top; row <= bottom; row++) {
    const dy = row + 0.5 - pose.centreY;
    for (let column = left; column <= right; column++) {
      const dx = column + 0.5 - pose.centreX;
      const x = (yy * dx - xy * dy) / determinant;
      const y = (xx * dy - yx * dx) / determinant;
      const coverage = Math.min(1, 0.5 - distance(x, y) * unit);
      if (coverage > 0) blend(canvas, (row * size + column) * 3, paint(x, y), coverage * opacity);
    }
  }
}
