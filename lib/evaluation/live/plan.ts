import type { Duplication } from '../../client/types.ts';
import type { Link } from '../engine/network/links.ts';
import type { WayConditions } from './link-fetch.ts';

/** An image to be sent, with its true label. */
export interface LiveImage {
  /** The file, as it is uploaded. */
  readonly bytes: Uint8Array;
  /** Such as `image/jpeg`. */
  readonly contentType: string;
  readonly label: string;
}

/** What is sent when, and over which link: the same for the running service and for the simulation. */
export interface LivePlan {
  readonly link: Link;
  readonly conditions: WayConditions;
  /** When each request is due, ascending, in ms from the start of the run and of the recording. */
  readonly dueMs: readonly number[];
  /** Taken in turn. */
  readonly images: readonly LiveImage[];
  readonly slaMs: number;
  /** When the device runs its model beside the cloud's. */
  readonly policy: Duplication;
  readonly seed: number;
}

/** The image that a request sends. */
export function imageOf({ images }: LivePlan, request: number): LiveImage {
  const image = images[request % images.length];
  if (!image) throw new RangeError('there is no image to send');
  return image;
}
