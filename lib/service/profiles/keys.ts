import { MdInferenceError } from '../../core/errors.ts';
/** Which model's profile: the four parts of the table's partition key. */
export interface ProfileKey {
  /** Memory, CPU and place differ between deployments, so they never share a profile. */
  readonly deployment: string;
  readonly catalogue: string;
  readonly model: string;
  /** SHA-256 of the model file, hexadecimal; the first 12 digits are used. */
  readonly sha256: string;
}

/** Which live item of a profile: one shard of the window that starts at `windowStartMs` (Unix ms). */
export interface LiveKey {
  readonly windowStartMs: number;
  readonly shard: number;
}

/** A key that is not of the form the profile table uses. */
export class InvalidProfileKeyError extends MdInferenceError {
  override readonly name = 'InvalidProfileKeyError';
}

/** Sort key of the item that holds the statistics measured at deploy. */
export const baselineSortKey = 'baseline';

const hashDigits = 12;
const partitionKeyPattern = /^([^/]+)\/([^/]+)\/([^/]+)@([0-9a-f]{12})$/;
const liveKeyPattern = /^live#(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)#(\d+)$/;

/**
 * Partition key `<deployment>/<catalogue>/<model>@<first 12 hex of sha256>`.
 *
 * @throws {@link InvalidProfileKeyError} when a name is empty or contains `/`, or the hash is not
 * hexadecimal
 */
export function partitionKey({ deployment, catalogue, model, sha256 }: ProfileKey): string {
  const hash = sha256.slice(0, hashDigits).toLowerCase();
  const key = `${deployment}/${catalogue}/${model}@${hash}`;
  if (!partitionKeyPattern.test(key)) {
    throw new InvalidProfileKeyError(
      `Names in a profile key must not be empty or contain "/", and the hash must be hexadecimal: "${key}"`,
    );
  }
  return key;
}

/** Partition key of what feedback needs beside the profiles: the secret, and marks of what was counted. */
export function feedbackKey(deployment: string): string {
  return `${deployment}/feedback`;
}

/** Partition key of what deployments have measured: an item for each version of a function, by its ARN. */
export function versionsKey(deployment: string): string {
  return `${deployment}/versions`;
}

/** Sort key `live#<window start, ISO 8601>#<shard>` of a live item; sorts by time. */
export function liveSortKey({ windowStartMs, shard }: LiveKey): string {
  return `${liveSince(windowStartMs)}#${shard}`;
}

/** The lowest sort key of a window: its own keys and those of later windows sort after it. */
export function liveSince(windowStartMs: number): string {
  return `live#${new Date(windowStartMs).toISOString()}`;
}

/** Sort key `labels#<window start, ISO 8601>` of the labels of a window; sorts by time. */
export function labelSortKey(windowStartMs: number): string {
  return `labels#${new Date(windowStartMs).toISOString()}`;
}

/** Sorts after every key of {@link labelSortKey}. */
export const lastLabelSortKey = 'labels#~';

/**
 * The parts of a live item's sort key.
 *
 * @throws {@link InvalidProfileKeyError} when it is not of the form {@link liveSortKey} builds
 */
export function parseLiveSortKey(key: string): LiveKey {
  const [, start, shard] = liveKeyPattern.exec(key) ?? [];
  const windowStartMs = Date.parse(start ?? '');
  if (shard === undefined || Number.isNaN(windowStartMs)) {
    throw new InvalidProfileKeyError(`Not a sort key of a live profile item: "${key}"`);
  }
  return { windowStartMs, shard: Number(shard) };
}
