import { setTimeout } from 'node:timers/promises';
import type { ModelsResponse } from '../../lib/http/schemas.ts';
import { roundMs } from '../../lib/http/server-timing.ts';
import type { Profile } from '../../lib/profiles/profile.ts';
import { candidatesOf } from './candidates.ts';
import type { Service } from './service.ts';

/** The longest wait in ms for profile updates of earlier answers before the table is read. */
const settleMs = 1_000;

/**
 * `GET /v1/models`: every model with its profile as the table has it now, the answers of this
 * environment included.
 */
export async function listModels(service: Service): Promise<ModelsResponse> {
  const settled = new AbortController();
  await Promise.race([
    Promise.all(service.open).finally(() => settled.abort()),
    setTimeout(settleMs, undefined, { signal: settled.signal }).catch(() => undefined),
  ]);
  const candidates = candidatesOf(service, await service.profiles.reload());
  return {
    catalogue: service.catalogue.name,
    strategy: service.strategy,
    defaultSlaMs: service.defaultSlaMs,
    labels: service.catalogue.labels,
    models: candidates.map((candidate) => ({
      name: candidate.name,
      version: candidate.version,
      accuracyPct: candidate.accuracyPct,
      catalogueAccuracyPct: candidate.catalogueAccuracyPct,
      accuracySource: candidate.accuracySource,
      feedback: { labels: candidate.profile.labels, correct: candidate.profile.labelsCorrect },
      licence: candidate.licence,
      memoryMb: candidate.memoryMb,
      profile: describe(candidate.profile),
    })),
  };
}

function describe(profile: Profile): ModelsResponse['models'][number]['profile'] {
  return {
    meanMs: roundMs(profile.meanMs),
    stdMs: roundMs(profile.stdMs),
    p50Ms: roundMs(profile.quantileMs(0.5)),
    p95Ms: roundMs(profile.quantileMs(0.95)),
    p99Ms: roundMs(profile.quantileMs(0.99)),
    samples: profile.samples,
    coldShare: profile.coldShare,
    failures: profile.failures,
    basis: profile.basis,
  };
}
