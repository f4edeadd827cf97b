import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { z } from 'zod';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import type { Catalogue, CatalogueModel } from '../../lib/service/catalogue/schema.ts';
import type { profilerEnvironmentSchema } from '../../lib/service/environment.ts';
import { invokeModel } from '../../lib/service/inference/invoke.ts';
import { partitionKey } from '../../lib/service/profiles/keys.ts';
import { measure, type Run } from '../../lib/service/profiles/measure.ts';
import type { ProfilerLog } from '../../lib/service/profiles/profiler-log.ts';
import { meanMs, type ProfileStatistics } from '../../lib/service/profiles/statistics.ts';
import type { ProfileStore } from '../../lib/service/profiles/store.ts';

/** What {@link profileModels} works with. */
export interface Profiling {
  readonly environment: z.infer<typeof profilerEnvironmentSchema>;
  readonly catalogue: Catalogue;
  /**
   * ARN of the version of its function to measure, by the model's name. A version never changes: it is
   * measured once.
   */
  readonly versions: Readonly<Record<string, string>>;
  readonly sample: Pick<InferenceEvent, 'contentType' | 'body'>;
  readonly lambda: LambdaClient;
  readonly store: ProfileStore;
}

/** A model could not be measured: the deployment fails with this message. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
}

// What remains of Lambda's 15 minutes after cold starts and writing.
const allModelsMs = 12 * 60_000;

/**
 * Measures every model whose stored baseline is missing or was made of something else, some side by
 * side, and replaces its baseline.
 *
 * @returns the baseline of every model, by its name: of an unchanged one that of an earlier deployment
 * @throws {@link ProfileError} naming the first model that failed
 */
export async function profileModels(
  profiling: Profiling,
): Promise<ReadonlyMap<string, ProfileStatistics>> {
  const { catalogue, environment } = profiling;
  const { MDI_PROFILE_CONCURRENCY: concurrency, MDI_PROFILE_MODEL_MS: modelMs } = environment;
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
  const maxMs = Math.min(modelMs, allModelsMs / Math.max(1, rounds));

  const waiting = [...stale];
  const work = async () => {
    for (let model = waiting.shift(); model; model = waiting.shift()) {
      baselines.set(model.name, await profileModel(profiling, model, maxMs));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return baselines;
}

/** What an earlier deployment measured of the very same version. */
async function keptBaseline({ store, versions, ...rest }: Profiling, model: CatalogueModel) {
  const pk = keyOf(rest, model);
  if ((await store.baselineFingerprint(pk)) !== versions[model.name]) return undefined;
  return (await store.read(pk, { consistentRead: true })).baseline;
}

async function profileModel(
  profiling: Profiling,
  model: CatalogueModel,
  maxMs: number,
): Promise<ProfileStatistics> {
  const { environment, store, versions } = profiling;
  try {
    const result = await measure(
      () => runOnce(profiling, model),
      {
        maxMs,
        maxRuns: environment.MDI_PROFILE_MAX_RUNS,
        precision: environment.MDI_PROFILE_PRECISION,
      },
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
  { versions, lambda, sample }: Profiling,
  { name }: CatalogueModel,
): Promise<Run> {
  const version = versions[name];
  if (!version) throw new Error('it has no function');
  const event = { requestId: `profile-${name}`, ...sample, record: false };
  const { answer, serviceMs, closed } = await invokeModel(lambda, version, event);
  await closed;
  if (answer.status !== 'ok') throw new Error(`${answer.status}: ${answer.detail}`);
  return { serviceMs, coldStart: answer.coldStart };
}

function keyOf(
  { environment, catalogue }: Pick<Profiling, 'environment' | 'catalogue'>,
  { name, sha256 }: CatalogueModel,
): string {
  const deployment = environment.MDI_DEPLOYMENT;
  return partitionKey({ deployment, catalogue: catalogue.name, model: name, sha256 });
}

function throttled<T>(call: (value: T) => void, everyMs = 100): (value: T) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (value) => {
    if (performance.now() - lastMs < everyMs) return;
    lastMs = performance.now();
    call(value);
  };
}

function log(entry: ProfilerLog): void {
  console.log(entry);
}
