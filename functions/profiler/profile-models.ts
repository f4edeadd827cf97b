import type { LambdaClient } from '@aws-sdk/client-lambda';
import pMap from 'p-map';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { MdInferenceError } from '../../lib/core/errors.ts';
import type { Catalogue, CatalogueModel } from '../../lib/service/catalogue/schema.ts';
import { epochMs } from '../../lib/service/clock.ts';
import { InvocationError, invokeModel } from '../../lib/service/inference/invoke.ts';
import type { Baselines, Measurement } from '../../lib/service/profiles/baselines.ts';
import { partitionKey } from '../../lib/service/profiles/keys.ts';
import {
  type MeasuredRun,
  type MeasureSettings,
  measure,
} from '../../lib/service/profiles/measure.ts';
import type { ProfilerLog } from '../../lib/service/profiles/profiler-log.ts';
import { meanMs, type ProfileStatistics } from '../../lib/service/profiles/statistics.ts';
import { attempts, isThrottled, type Patience } from './attempts.ts';
import { ownWords } from './own-words.ts';

/** What {@link profileModels} works with. */
export interface Profiling {
  readonly deployment: string;
  readonly catalogue: Catalogue;
  /**
   * ARN of the version of its function to measure, by the model's name. A version never changes: it is
   * measured once.
   */
  readonly versions: Readonly<Record<string, string>>;
  readonly sample: Pick<InferenceEvent, 'contentType' | 'body'>;
  /** Whose attempts are single: the SDK's own pauses would be a part of the times. */
  readonly lambda: LambdaClient;
  readonly baselines: Pick<Baselines, 'measured' | 'keep' | 'replace'>;
  /** The most models that are measured at the same time. */
  readonly concurrency: number;
  /** How long all models may take together, in ms. */
  readonly timeoutMs: number;
  /** When measuring one model ends; `maxMs` is less where many models have to share the time. */
  readonly measure: MeasureSettings;
  /** See {@link Patience}. */
  readonly pause?: Patience['pause'];
}

/** A model could not be measured: the deployment fails with this message. */
export class ProfileError extends MdInferenceError {
  override readonly name = 'ProfileError';
}

/** What remains of the time for measuring, after cold starts, throttled attempts and writing. */
const shareForMeasuring = 6 / 7;
/** The shortest pause between two reports of progress, in ms. */
const reportMs = 100;

/**
 * Measures every model of whose version nothing is known yet, a few at a time. When all have succeeded, it makes
 * the measurements of these versions the models' baselines, all at once: a deployment that fails leaves the
 * baselines as they were, and one that is rolled back finds those of the versions that it goes back to.
 *
 * @returns the baseline of every model, by its name
 * @throws {@link ProfileError} naming the first model that failed, or what the SDK throws
 */
export async function profileModels(
  profiling: Profiling,
): Promise<ReadonlyMap<string, ProfileStatistics>> {
  const { baselines, catalogue, concurrency, timeoutMs } = profiling;
  const startMs = performance.now();
  const known = new Map<string, Measurement>();
  for (const model of catalogue.models) {
    const measured = await baselines.measured(versionOf(profiling, model));
    if (!measured) continue;
    known.set(model.name, measured);
    log({ event: 'profile-kept', model: model.name });
  }
  const unknown = catalogue.models.filter(({ name }) => !known.has(name));
  const rounds = Math.ceil(unknown.length / concurrency);
  const limits = {
    maxMs: Math.min(profiling.measure.maxMs, shareOfTimeMs(timeoutMs, rounds)),
    untilMs: startMs + timeoutMs,
  };
  const measured = await pMap(
    unknown,
    async (model) => [model, await profileModel(profiling, model, limits)] as const,
    { concurrency },
  );
  for (const [model, measurement] of measured) {
    await baselines.keep(versionOf(profiling, model), measurement);
    known.set(model.name, measurement);
  }
  await baselines.replace(
    catalogue.models.flatMap((model) => {
      const measurement = known.get(model.name);
      const version = versionOf(profiling, model);
      return measurement ? [{ pk: keyOf(profiling, model), version, ...measurement }] : [];
    }),
  );
  return new Map([...known].map(([name, { statistics }]) => [name, statistics]));
}

/**
 * The time in ms that one model gets when so many have to be measured one after the other.
 *
 * @param timeoutMs - what all have together
 * @param rounds - models divided by how many are measured at the same time
 */
export function shareOfTimeMs(timeoutMs: number, rounds: number): number {
  return (shareForMeasuring * timeoutMs) / Math.max(1, rounds);
}

/** Until when a model is measured. */
interface Limits {
  readonly maxMs: number;
  /** On the clock of `performance.now()`. */
  readonly untilMs: number;
}

async function profileModel(
  profiling: Profiling,
  model: CatalogueModel,
  { maxMs, untilMs }: Limits,
): Promise<Measurement> {
  let discarded = 0;
  try {
    const result = await measure(
      async () => {
        const run = await attempts(() => runOnce(profiling, model), {
          untilMs,
          ...(profiling.pause && { pause: profiling.pause }),
        });
        discarded += run.discarded;
        return { ...run.result, discardedMs: run.discardedMs };
      },
      { ...profiling.measure, maxMs },
      throttled(({ share }) => log({ event: 'profile-progress', model: model.name, share })),
    );
    log({
      event: 'profile-done',
      model: model.name,
      runs: Number(result.statistics.n),
      meanMs: meanMs(result.statistics) ?? 0,
      precision: result.precision,
      discarded,
    });
    return result;
  } catch (error) {
    const reason = await reasonOf(profiling, model, error);
    throw new ProfileError(`model "${model.name}" cannot be profiled: ${reason}`, { cause: error });
  }
}

async function reasonOf(profiling: Profiling, model: CatalogueModel, error: unknown) {
  const { message } = error as Error;
  if (isThrottled(error)) {
    return `${message}; other functions use all of the concurrency that this account or function has: raise it, measure fewer models at a time, or deploy when there is less traffic`;
  }
  if (!(error instanceof InvocationError)) return message;
  const event = { ...eventOf(profiling, model), invokedEpochMs: epochMs() };
  const { lambda } = profiling;
  const words = await ownWords(lambda, versionOf(profiling, model), JSON.stringify(event));
  return words === undefined || message.includes(words) ? message : `${message}; it says: ${words}`;
}

async function runOnce(profiling: Profiling, model: CatalogueModel): Promise<MeasuredRun> {
  const version = versionOf(profiling, model);
  const { answer, serviceMs, closed } = await invokeModel(
    profiling.lambda,
    version,
    eventOf(profiling, model),
    { labels: profiling.catalogue.labels },
  );
  await closed;
  if (answer.status !== 'ok') throw new Error(`${answer.status}: ${answer.detail}`);
  return { serviceMs: Math.max(0, serviceMs - answer.decodeMs), coldStart: answer.coldStart };
}

function eventOf({ sample }: Profiling, { name }: CatalogueModel) {
  return { requestId: `profile-${name}`, ...sample, record: false };
}

function versionOf({ versions }: Profiling, { name }: CatalogueModel): string {
  const version = versions[name];
  if (!version) throw new ProfileError(`model "${name}" cannot be profiled: it has no function`);
  return version;
}

function keyOf(
  { deployment, catalogue }: Pick<Profiling, 'deployment' | 'catalogue'>,
  { name, sha256 }: CatalogueModel,
): string {
  return partitionKey({ deployment, catalogue: catalogue.name, model: name, sha256 });
}

function throttled<T>(call: (value: T) => void): (value: T) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (value) => {
    if (performance.now() - lastMs < reportMs) return;
    lastMs = performance.now();
    call(value);
  };
}

function log(entry: ProfilerLog): void {
  console.log(entry);
}
