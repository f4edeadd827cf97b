import type { Colour } from './canvas.ts';
import type { Paint } from './draw.ts';
import type { RandomStream } from './random.ts';

/** A random colour that is neither black nor white, so that others can stand out from it. */
export function randomColour(random: RandomStream): Colour {
  return [random.between(40, 215), random.between(40, 215), random.between(40, 215)];
}

/**
 * A colour that stands out from another by `contrast` grey levels, brighter or darker, wherever
 * there is room, with a different tint.
 */
export function contrasting(random: RandomStream, from: Colour, contrast: number): Colour {
  const grey = (from[0] + from[1] + from[2]) / 3;
  const brighter = grey < 90 || (grey < 165 && random.chance(0.5));
  const step = brighter ? contrast : -contrast;
  const tint = () => step * random.between(0.6, 1.4);
  return [clip(from[0] + tint()), clip(from[1] + tint()), clip(from[2] + tint())];
}

/**
 * A fill: plain, a gradient, stripes, checks or dots.
 *
 * @param amount - how far the pattern swings around the colour, in grey levels
 */
export function randomPaint(random: RandomStream, colour: Colour, amount: number): Paint {
  const pattern = randomPattern(random);
  return (x, y) => {
    const swing = amount * pattern(x, y);
    return [colour[0] + swing, colour[1] + swing, colour[2] + swing];
  };
}

/** A field of values in [-1, 1] over a figure's plane. */
function randomPattern(random: RandomStream): (x: number, y: number) => number {
  const kind = random.below(5);
  const { x: cosine, y: sine } = random.direction();
  const frequency = random.between(1.2, 3);
  const phase = random.between(0, 1);
  const across = (x: number, y: number) => wave((x * cosine + y * sine) * frequency + phase);
  const along = (x: number, y: number) => wave((y * cosine - x * sine) * frequency + phase);
  switch (kind) {
    case 0:
      return () => 0;
    case 1:
      return (x, y) => x * cosine + y * sine;
    case 2:
      return across;
    case 3:
      return (x, y) => (across(x, y) > 0 === along(x, y) > 0 ? 1 : -1);
    default:
      return (x, y) => (across(x, y) + along(x, y) > 0.9 ? 1 : -0.4);
  }
}

/** A triangle wave of period 1 between -1 and 1. */
function wave(t: number): number {
  return 4 * Math.abs(t - Math.floor(t) - 0.5) - 1;
}

function clip(value: number): number {
  return Math.min(250, Math.max(5, value));
}
