import { paintBackground } from './background.ts';
import { createCanvas, toBytes } from './canvas.ts';
import { addNoise, blur } from './degrade.ts';
import { box, type Distance, disc } from './distance.ts';
import { draw, randomPose } from './draw.ts';
import { figures, shapeLabels } from './figures.ts';
import { contrasting, randomColour, randomPaint } from './paint.ts';
import { createRandom, type Random } from './random.ts';

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
 * @param options.seed names the data set: training, test and samples use different ones
 * @param options.index number of the image, from 0
 * @param options.size side in pixels, `imageSize` by default
 */
export function generateImage(options: { seed: number; index: number; size?: number }): ShapeImage {
  const size = options.size ?? imageSize;
  const random = createRandom(options.seed, options.index);
  const labelIndex = options.index % shapeLabels.length;
  const difficulty = random.between(0, 1);
  const harder = (easy: number, hard: number) => easy + (hard - easy) * difficulty;

  const canvas = createCanvas(size);
  const base = randomColour(random);
  paintBackground(canvas, random, base, random.between(0.4, 1) * harder(12, 42));

  const radius = size * harder(0.36, 0.11) * random.between(0.8, 1.1);
  const margin = Math.min(radius * 1.05, size / 2);
  const centreX = random.between(margin, size - margin);
  const centreY = random.between(margin, size - margin);

  const clutterCount = random.below(Math.floor(harder(2, 9)));
  for (let i = 0; i < clutterCount; i++) {
    const piece = Math.min(radius * 0.4, size * 0.06) * random.between(0.5, 1);
    const place = {
      centreX: random.between(0, size),
      centreY: random.between(0, size),
      radius: piece * 1.4,
    };
    const colour = contrasting(random, base, harder(60, 50));
    draw(
      canvas,
      clutterFigure(random),
      randomPose(random, place, { shear: 0.4, squeeze: 0.3 }),
      () => colour,
      random.between(0.4, 0.9),
    );
  }

  const contrast = harder(105, 52) * random.between(0.85, 1.15);
  const colour = contrasting(random, base, contrast);
  const pose = randomPose(
    random,
    { centreX, centreY, radius },
    { shear: harder(0.06, 0.22), squeeze: harder(0.05, 0.2) },
  );
  const paint = randomPaint(random, colour, contrast * random.between(0.1, 0.4));
  draw(canvas, figureOf(labelIndex), pose, paint, 1);

  if (random.chance(harder(0.1, 0.5))) {
    const side = random.direction();
    const bar = {
      centreX: centreX + side.x * radius * random.between(0.4, 0.9),
      centreY: centreY + side.y * radius * random.between(0.4, 0.9),
      radius: radius * 1.2,
    };
    const cover = contrasting(random, base, random.between(-0.3, 0.7) * contrast);
    draw(
      canvas,
      box(0.95, random.between(0.05, 0.14)),
      randomPose(random, bar, { shear: 0, squeeze: 0 }),
      () => cover,
      1,
    );
  }

  blur(canvas, random.below(Math.floor(harder(2, 6))));
  addNoise(canvas, random, random.between(0.5, 1) * harder(5, 30));
  return { pixels: toBytes(canvas), width: size, height: size, labelIndex, difficulty };
}

function figureOf(labelIndex: number): Distance {
  const figure = figures[shapeLabels[labelIndex] ?? ''];
  if (!figure) throw new RangeError(`There is no class ${labelIndex}.`);
  return figure;
}

/** Pebbles and bars: small things that are not the subject. */
function clutterFigure(random: Random): Distance {
  return random.chance(0.5)
    ? disc(random.between(0.4, 0.9))
    : box(random.between(0.6, 0.98), random.between(0.08, 0.25));
}
