import type { LambdaClient } from '@aws-sdk/client-lambda';
import pMap from 'p-map';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import { MdInferenceError } from '../../lib/core/errors.ts';
import type { Catalogue, CatalogueModel } from '../../lib/service/catalogue/schema.ts';
import { invokeModel } from '../../lib/service/inference/invoke.ts';
import { partitionKey } from '../../lib/service/profiles/keys.ts';
import {
  type MeasuredRun,
  type MeasureSettings,
  measure,
} from '../../lib/service/profiles/measure.ts';
import type { ProfilerLog } from '../../lib/service/profiles/profiler-log.ts';
import { meanMs, type ProfileStatistics } from '../../lib/service/profiles/statistics.ts';
import type { ProfileStore } from '../../lib/service/profiles/store.ts';

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
  readonly lambda: LambdaClient;
  readonly store: Pick<ProfileStore, 'baselineFingerprint' | 'read' | 'putBaseline'>;
  /** The most models that are measured at the same time. */
  readonly concurrency: number;
  /** When measuring one model ends; `maxMs` is less where many models have to share Lambda's time. */
  readonly measure: MeasureSettings;
}

/** A model could not be measured: the deployment fails with this message. */
export class ProfileError extends MdInferenceError {
  override readonly name = 'ProfileError';
}

// What remains of Lambda's 15 minutes after cold starts and writing.
const allModelsMs = 12 * 60_000;
/** The shortest pause between two reports of progress, in ms. */
const reportMs = 100;

/**
 * Measures every model whose baseline is missing or of another version, several at a time, and replaces
 * the baseline.
 *
 * @returns the baseline of every model, by its name; of an unchanged model it is that of an earlier deployment
 * @throws {@link ProfileError} naming the first model that failed
 */
export async function profileModels(
  profiling: Profiling,
): Promise<ReadonlyMap<string, ProfileStatistics>> {
  const { catalogue, concurrency } = profiling;
  const stale: CatalogueModel[] = [];
  const baselines = new Map<string, ProfileStatistics>();
  for (const model of catalogue.models) {
    const kept = await keptBaseline(profiling, model);
    if (kept) {
      baselines.set(model.name, kept);
      log({ event: 'profile-kept', model: model.name });
    } else stale.push(model);
  }
  const rounds = Math.ceil(stale.length / concurrency);
  const maxMs = Math.min(profiling.measure.maxMs, shareOfTimeMs(rounds));
  await pMap(
    stale,
    async (model) => baselines.set(model.name, await profileModel(profiling, model, maxMs)),
    { concurrency },
  );
  return baselines;
}

/**
 * The time in ms that one model gets when so many have to be measured one after the other.
 *
 * @param rounds - models divided by how many are measured at the same time
 */
export function shareOfTimeMs(rounds: number): number {
  return allModelsMs / Math.max(1, rounds);
}

/** The baseline that an earlier deployment measured, if it is of this very version. */
async function keptBaseline({ store, versions, ...rest }: Profiling, model: CatalogueModel) {
  const pk = keyOf(rest, model);
  if ((await store.baselineFingerprint(pk)) !== versions[model.name]) return undefined;
  const { baseline } = await store.read(pk, { consistentRead: true });
  // None of its times may count any more.
  return baseline && baseline.n + baseline.coldN > 0n ? baseline : undefined;
}

async function profileModel(
  profiling: Profiling,
  model: CatalogueModel,
  maxMs: number,
): Promise<ProfileStatistics> {
  const { store, versions } = profiling;
  try {
    const result = await measure(
      () => runOnce(profiling, model),
      { ...profiling.measure, maxMs },
      throttled(({ share }) => log({ event: 'profile-progress', model: model.name, share })),
    );
    await store.putBaseline(keyOf(profiling, model), result.statistics, {
      fingerprint: versions[model.name] ?? '',
      precision: result.precision,
    });
    log({
      event: 'profile-done',
      model: model.name,
      runs: Number(result.statistics.n),
      meanMs: meanMs(result.statistics) ?? 0,
      precision: result.precision,
    });
    return result.statistics;
  } catch (error) {
    throw new ProfileError(
      `model "${model.name}" cannot be profiled: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}

async function runOnce(
  { catalogue, versions, lambda, sample }: Profiling,
  { name }: CatalogueModel,
): Promise<MeasuredRun> {
  const version = versions[name];
  if (!version) throw new Error('it has no function');
  const event = { requestId: `profile-${name}`, ...sample, record: false };
  const { answer, serviceMs, closed } = await invokeModel(lambda, version, event, {
    labels: catalogue.labels,
  });
  await closed;
  if (answer.status !== 'ok') throw new Error(`${answer.status}: ${answer.detail}`);
  return { serviceMs: Math.max(0, serviceMs - answer.decodeMs), coldStart: answer.coldStart };
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
