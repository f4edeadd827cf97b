import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MdInferenceError } from '../../../core/errors.ts';
import type { ListedModel } from '../../../service/catalogue/schema.ts';
import type { ClassifierOptions } from '../../../service/inference/classifier.ts';
import type { MeasureSettings } from '../../../service/profiles/measure.ts';
import { parallelShareOf } from '../../sizes/scaling.ts';

/** The task of the measuring process. */
export interface ProfileTask {
  /** The model's path. */
  readonly path: string;
  readonly catalogue: ClassifierOptions['catalogue'];
  readonly model: ClassifierOptions['model'] & { readonly name: string };
  readonly threads: number;
  readonly settings: MeasureSettings;
}

/** How fast and how large a model is on this machine; times in ms. */
export interface ModelProfile {
  readonly model: string;
  readonly threads: number;
  /** Number of runs on one image; decoding and preprocessing are not in the times. */
  readonly runs: number;
  readonly meanMs: number;
  readonly stdMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** From opening the file to the end of the first run. */
  readonly loadMs: number;
  /** Peak memory of its process, Node.js included, in MB of 10^6 bytes. */
  readonly memoryMb: number;
}

/** The messages of the measuring process. */
export type ProfileMessage =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly profile: ModelProfile }
  | { readonly kind: 'failed'; readonly reason: string };

/** A model could not be measured; the message names it and says why. */
export class ProfileModelError extends MdInferenceError {
  override readonly name = 'ProfileModelError';
}

// Beside a source lies a source, beside compiled code compiled code.
const childPath = fileURLToPath(
  new URL(`profile-child${extname(import.meta.url)}`, import.meta.url),
);

/**
 * Measures a model in a process of its own, so that the memory measured is the model's.
 *
 * @param onProgress - called with the share that is done, 0 to 1
 * @throws {@link ProfileModelError} when the model cannot be loaded or run, or its process dies
 */
export async function profileModel(
  task: ProfileTask,
  onProgress: (share: number) => void = () => {},
): Promise<ModelProfile> {
  const child = fork(childPath, { serialization: 'advanced' });
  let last: ProfileMessage | undefined;
  child.on('message', (message: ProfileMessage) => {
    last = message;
    if (message.kind === 'progress') onProgress(message.share);
  });
  const exit = once(child, 'exit');
  child.send(task);
  const [code, signal] = await exit;
  if (last?.kind === 'done') return last.profile;
  const reason = last?.kind === 'failed' ? last.reason : `its process ended with ${signal ?? code}`;
  throw new ProfileModelError(`${task.model.name} cannot be measured: ${reason}`);
}

/**
 * A profile as a catalogue keeps it.
 *
 * @param all - the same model's profiles with all numbers of threads
 */
export function referenceOf(
  { meanMs, stdMs, threads, runs }: ModelProfile,
  all: readonly ModelProfile[] = [],
): NonNullable<ListedModel['reference']> {
  const round = (value: number) => Number(value.toPrecision(4));
  const parallelShare = parallelShareOf(all);
  return {
    meanMs: round(meanMs),
    stdMs: round(stdMs),
    ...(parallelShare !== undefined && { parallelShare: round(parallelShare) }),
    what: `${threads === 1 ? 'one thread' : `${threads} threads`}, session.run of onnxruntime-node, ${runs} runs, ${cpus()[0]?.model.trim()}`,
  };
}
