import { paintBackground } from './background.ts';
import { type Canvas, type Colour, createCanvas, toBytes } from './canvas.ts';
import { addNoise, blur } from './degrade.ts';
import { box, type Distance, disc } from './distance.ts';
import { draw, type Place, randomPose } from './draw.ts';
import { figures, shapeLabels } from './figures.ts';
import { contrasting, randomColour, randomPaint } from './paint.ts';
import { createRandom, type RandomStream } from './random.ts';

/** Side of the catalogue's images in pixels. */
export const imageSize = 192;

/** A labelled image. */
export interface ShapeImage {
  /** RGB, rows from the top: `height` x `width` x 3 bytes. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Index into `shapeLabels`. */
  readonly labelIndex: number;
  /** 0 (large, clear, alone) to 1 (small, faint, noisy, in clutter, partly hidden). */
  readonly difficulty: number;
}

/**
 * Draws image `index` of the data set `seed`: one figure of one of the 16 classes among smaller
 * clutter. The same arguments give the same bytes on every machine. Classes take turns by index, so
 * that every run of 16 images has each once.
 *
 * @param options.seed - names the data set: training, test and samples use different ones
 * @param options.index - number of the image, from 0
 * @param options.size - side in pixels
 * @default options.size - {@link imageSize}
 * @param options.easier - draws difficulty uniformly instead of mostly hard, as training needs it:
 *   a network learns little from images that it cannot make out yet
 */
export function generateImage(options: {
  seed: number;
  index: number;
  size?: number;
  easier?: boolean;
}): ShapeImage {
  const size = options.size ?? imageSize;
  const random = createRandom(options.seed, options.index);
  const labelIndex = options.index % shapeLabels.length;
  const drawn = random.between(0, 1);
  // The root makes difficult images the more frequent ones: its density rises from 0 to 2.
  const difficulty = options.easier ? drawn : Math.sqrt(drawn);
  const scene = createScene(random, size, difficulty);

  paintBackground(scene.canvas, random, scene.base, random.between(0.4, 1) * scene.harder(12, 42));
  const place = choosePlace(scene);
  drawClutter(scene, place.radius);
  const contrast = drawSubject(scene, place, labelIndex);
  if (random.chance(scene.harder(0.1, 0.5))) drawBarAcross(scene, place, contrast);
  blur(scene.canvas, random.below(Math.floor(scene.harder(2, 6))));
  addNoise(scene.canvas, random, random.between(0.5, 1) * scene.harder(5, 30));
  return { pixels: toBytes(scene.canvas), width: size, height: size, labelIndex, difficulty };
}

/** What all steps of drawing one image share. */
interface Scene {
  readonly random: RandomStream;
  readonly canvas: Canvas;
  /** The background's colour, from which everything else stands out. */
  readonly base: Colour;
  /** A value between that of the easiest and that of the hardest image. */
  readonly harder: (easy: number, hard: number) => number;
}

function createScene(random: RandomStream, size: number, difficulty: number): Scene {
  return {
    random,
    canvas: createCanvas(size),
    base: randomColour(random),
    harder: (easy, hard) => easy + (hard - easy) * difficulty,
  };
}

/** A place that leaves the subject whole. */
function choosePlace({ random, canvas, harder }: Scene): Place {
  const { size } = canvas;
  const radius = size * harder(0.36, 0.11) * random.between(0.8, 1.1);
  const margin = radius * 1.05;
  const centreX = random.between(margin, size - margin);
  const centreY = random.between(margin, size - margin);
  return { centreX, centreY, radius };
}

/** Pebbles and bars, all much smaller than the subject. */
function drawClutter({ random, canvas, base, harder }: Scene, subjectRadius: number): void {
  const { size } = canvas;
  const count = random.below(Math.floor(harder(2, 9)));
  for (let i = 0; i < count; i++) {
    const radius = 1.4 * Math.min(subjectRadius * 0.4, size * 0.06) * random.between(0.5, 1);
    const centreX = random.between(0, size);
    const centreY = random.between(0, size);
    const colour = contrasting(random, base, harder(60, 50));
    const figure = random.chance(0.5)
      ? disc(random.between(0.4, 0.9))
      : box(random.between(0.6, 0.98), random.between(0.08, 0.25));
    const pose = randomPose(random, { centreX, centreY, radius }, { shear: 0.4, squeeze: 0.3 });
    draw(canvas, figure, pose, () => colour, random.between(0.4, 0.9));
  }
}

/** Draws the figure that gives the image its label; returns its contrast in grey levels. */
function drawSubject(scene: Scene, place: Place, labelIndex: number): number {
  const { random, canvas, base, harder } = scene;
  const contrast = harder(105, 52) * random.between(0.85, 1.15);
  const colour = contrasting(random, base, contrast);
  const distortion = { shear: harder(0.06, 0.22), squeeze: harder(0.05, 0.2) };
  const pose = randomPose(random, place, distortion);
  const paint = randomPaint(random, colour, contrast * random.between(0.1, 0.4));
  draw(canvas, figureOf(labelIndex), pose, paint, 1);
  return contrast;
}

/** Hides a part of the subject, never its middle, under a narrow bar. */
function drawBarAcross(scene: Scene, place: Place, contrast: number): void {
  const { random, canvas, base } = scene;
  const side = random.direction();
  const bar = {
    centreX: place.centreX + side.x * place.radius * random.between(0.4, 0.9),
    centreY: place.centreY + side.y * place.radius * random.between(0.4, 0.9),
    radius: place.radius * 1.2,
  };
  const colour = contrasting(random, base, random.between(-0.3, 0.7) * contrast);
  const figure = box(0.95, random.between(0.05, 0.14));
  const pose = randomPose(random, bar, { shear: 0, squeeze: 0 });
  draw(canvas, figure, pose, () => colour, 1);
}

function figureOf(labelIndex: number): Distance {
  const figure = figures[shapeLabels[labelIndex] ?? ''];
  if (!figure) throw new RangeError(`There is no class ${labelIndex}.`);
  return figure;
}
