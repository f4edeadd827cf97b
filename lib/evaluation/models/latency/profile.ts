import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClassifierOptions } from '../../../service/inference/classifier.ts';
import type { MeasureSettings } from '../../../service/profiles/measure.ts';

/** What the process that measures is told. */
export interface ProfileTask {
  /** The model's path. */
  readonly path: string;
  readonly catalogue: ClassifierOptions['catalogue'];
  readonly model: ClassifierOptions['model'] & { readonly name: string };
  readonly threads: number;
  readonly settings: MeasureSettings;
}

/** How fast and how large a model is on this machine. Times in ms. */
export interface ModelProfile {
  readonly model: string;
  readonly threads: number;
  /** Runs of the model on one image, without decoding and preprocessing. */
  readonly runs: number;
  readonly meanMs: number;
  readonly stdMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** From opening the file to the end of the first run. */
  readonly loadMs: number;
  /** The most that its process ever had in memory, Node.js included, in MB of 10^6 bytes. */
  readonly memoryMb: number;
}

/** What the process that measures tells. */
export type ProfileMessage =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly profile: ModelProfile }
  | { readonly kind: 'failed'; readonly reason: string };

/** A model could not be measured; the message names it and says why. */
export class ProfileModelError extends Error {
  override readonly name = 'ProfileModelError';
}

// A source beside a source, compiled code beside compiled code.
const childPath = fileURLToPath(
  new URL(`profile-child${extname(import.meta.url)}`, import.meta.url),
);

/**
 * Measures a model in a process of its own, so that its memory is its own.
 *
 * @param onProgress - called with the share that is done, 0 to 1
 * @throws {@link ProfileModelError}
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
