import type { CloudUse, Duplication } from '../../client/api/options.ts';
import type { Upload } from '../../client/api/upload-settings.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { exponential } from '../../core/statistics/draw.ts';
import type { Random } from '../../core/statistics/random.ts';
import type { Link } from '../engine/network/links.ts';
import type { WayConditions } from './link-fetch.ts';

/** A live run is not possible; the message says what is missing. */
export class LiveError extends MdInferenceError {
  override readonly name = 'LiveError';
}

/** An image to send, with its true label. */
export interface LiveImage {
  /** The file. */
  readonly bytes: Uint8Array;
  /** Such as `image/jpeg`. */
  readonly contentType: string;
  readonly label: string;
}

/** What the client may be told to send of an image. */
export const uploadKinds = ['original', 'view', 'adaptive'] as const satisfies readonly Upload[];

/** One of the {@link uploadKinds}. */
export type UploadKind = (typeof uploadKinds)[number];

/** What is sent when and over which link, to the running service and in the simulation alike. */
export interface LivePlan {
  readonly link: Link;
  readonly conditions: WayConditions;
  /** When each request is due, in ascending order, in ms from the start of the run and of the recording. */
  readonly dueMs: readonly number[];
  /** Sent in turn. */
  readonly images: readonly LiveImage[];
  readonly slaMs: number;
  /** When the device runs its own model as well. */
  readonly policy: Duplication;
  /** Whether every picture is uploaded, or only those of which the device is not sure. */
  readonly cloud: CloudUse;
  /**
   * The probability from which on it is, 0 to 1.
   *
   * @default - the client's own
   */
  readonly sureFrom?: number | undefined;
  /** What is sent of an image. */
  readonly upload: UploadKind;
  readonly seed: number;
}

/** The image that a request sends. */
export function imageOf({ images }: LivePlan, request: number): LiveImage {
  const image = images[request % images.length];
  if (!image) throw new RangeError('there is no image to send');
  return image;
}

/** How requests arrive: as a Poisson process, or at equal intervals. */
export const arrivalKinds = ['poisson', 'even'] as const;

/** One of the {@link arrivalKinds}. */
export type ArrivalKind = (typeof arrivalKinds)[number];

/** An arrival process. */
export interface Arrivals {
  readonly kind: ArrivalKind;
  /** Mean number of requests per second. */
  readonly ratePerS: number;
  /** Requests arrive from 0 up to this time. */
  readonly durationS: number;
}

/** When each request is due, in ascending order, in ms from the start of the run; the first at 0. */
export function arrivalTimes({ kind, ratePerS, durationS }: Arrivals, random: Random): number[] {
  const gapMs = 1_000 / ratePerS;
  const drawGapMs = exponential(random, gapMs);
  const times: number[] = [];
  let dueMs = 0;
  while (dueMs < 1_000 * durationS) {
    times.push(dueMs);
    dueMs = kind === 'even' ? times.length * gapMs : dueMs + drawGapMs();
  }
  return times;
}
