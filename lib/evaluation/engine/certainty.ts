import type { Candidate } from '../../core/selection/types.ts';
import { positiveNormal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import { chanceOfBeingRight, type Reliability } from '../../core/statistics/reliability.ts';

/** A model on the device of which it was measured how often it is right, by how sure it is. */
export interface CertainDevice {
  readonly name: string;
  /** Top-1 in percent. */
  readonly accuracyPct: number;
  readonly reliability: Reliability;
  /**
   * How often another model was right on the same pictures, by its name: a count for each bin of the
   * reliability. A model without one is taken to be right as often whatever the device makes of a picture,
   * which flatters a device that answers alone: easy pictures are easy for all.
   */
  readonly rightAlongside: Readonly<Record<string, readonly number[]>>;
  /** How long it takes on a phone, in ms. */
  readonly meanMs: number;
  readonly stdMs: number;
}

/** What a device that runs first finds: an element for each request. */
export interface DeviceRuns {
  /** The bin of the reliability in which the score of its best label is. */
  readonly bin: Uint8Array;
  readonly tookMs: Float64Array;
}

/** Draws what the device finds: scores as often as they were measured, times normally distributed. */
export function drawDeviceRuns(device: CertainDevice, count: number, seed: number): DeviceRuns {
  const random = seededRandom(seed + 7);
  const drawMs = positiveNormal(seededRandom(seed + 6), device.meanMs, device.stdMs);
  const { bins } = device.reliability;
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const draw = () => {
    let left = random() * total;
    const bin = bins.findIndex(({ count: inBin }) => {
      left -= inBin;
      return left < 0;
    });
    return Math.max(0, bin);
  };
  return {
    bin: new Uint8Array(count).map(draw),
    tookMs: new Float64Array(count).map(drawMs),
  };
}

/** What the device tells for a bin: the probability of being right, in percent. */
export function chancePct({ reliability }: CertainDevice, bin: number): number {
  return 100 * chanceOfBeingRight(reliability, reliability.bins[bin]?.from ?? 0);
}

/** How often the device was right in a bin, in percent. */
export function deviceRightPct({ reliability }: CertainDevice, bin: number): number {
  const { count = 0, right = 0 } = reliability.bins[bin] ?? {};
  return count === 0 ? 0 : (100 * right) / count;
}

/** How often a model of the cloud was right on the pictures of a bin, in percent. */
export function cloudRightPct(
  { reliability, rightAlongside }: CertainDevice,
  { name, sizeOf = name, accuracyPct }: Pick<Candidate, 'name' | 'sizeOf' | 'accuracyPct'>,
  bin: number,
): number {
  const right = rightAlongside[sizeOf]?.[bin];
  const count = reliability.bins[bin]?.count ?? 0;
  return right === undefined || count === 0 ? accuracyPct : (100 * right) / count;
}

/** The part of a catalogue that says how sure the device's model is. */
interface CertainCatalogue {
  readonly onDevice?: string | undefined;
  readonly models: readonly {
    readonly name: string;
    readonly accuracyPct?: number | undefined;
    readonly reliability?: Reliability | undefined;
    readonly rightAlongsideDevice?: readonly number[] | undefined;
    readonly reference?: { readonly meanMs: number; readonly stdMs: number } | undefined;
  }[];
}

/**
 * How many times slower than a server a phone is: NasNet Mobile takes 236 ms on a Pixel 2, 2.5 times that on
 * the slowest of the paper's phones (Section IV-A), and 101 ms on c5.
 */
const phoneSlowdown = 5.85;

/**
 * A catalogue's model for devices, on a slow phone; undefined when there is none, or its reliability or time was
 * not measured.
 */
export function certainDeviceOf({ onDevice, models }: CertainCatalogue): CertainDevice | undefined {
  const model = models.find(({ name }) => name === onDevice);
  if (model?.accuracyPct === undefined || !model.reliability || !model.reference) return undefined;
  const { name, accuracyPct, reliability, reference } = model;
  const meanMs = phoneSlowdown * reference.meanMs;
  const stdMs = phoneSlowdown * reference.stdMs;
  const rightAlongside = Object.fromEntries(
    models.flatMap(({ name: other, rightAlongsideDevice: right }) =>
      right?.length === reliability.bins.length ? [[other, right]] : [],
    ),
  );
  return { name, accuracyPct, reliability, rightAlongside, meanMs, stdMs };
}
