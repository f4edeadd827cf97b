import type { ModelsResponse, Uploads } from '../../lib/core/contract/messages.ts';
import { roundMs } from '../../lib/core/contract/server-timing.ts';
import type { Profile } from '../../lib/service/profiles/profile.ts';
import { withinMs } from '../../lib/service/profiles/within.ts';
import { type CandidateParts, profiledModels } from './candidates.ts';
import type { Service } from './service.ts';

/** How long to wait, in ms, for this environment's own updates of profiles before the table is read. */
const settleMs = 1_000;

/**
 * `GET /v1/models`: every model with its profile as the table has it now. The failures that this
 * environment has seen are included; an answer is counted by its model's function, a moment after the
 * caller has it.
 */
export async function listModels(
  service: CandidateParts &
    Pick<
      Service,
      'catalogue' | 'view' | 'strategy' | 'defaultSlaMs' | 'profiles' | 'breakers' | 'open'
    >,
): Promise<ModelsResponse> {
  await withinMs(settleMs, () => Promise.all(service.open)).catch(() => undefined);
  const models = profiledModels(service, await service.profiles.reload());
  const { catalogue, view } = service;
  return {
    catalogue: catalogue.name,
    strategy: service.strategy,
    defaultSlaMs: service.defaultSlaMs,
    labels: catalogue.labels,
    ...(view && { view }),
    ...(catalogue.uploads && { uploads: uploadsFor(models, catalogue.uploads) }),
    models: models.map((model) => ({
      name: model.name,
      version: model.version,
      ...(model.latencyOnly && { latencyOnly: true }),
      accuracyPct: model.accuracyPct,
      catalogueAccuracyPct: model.catalogueAccuracyPct,
      accuracySource: model.accuracySource,
      feedback: { labels: model.profile.labels, correct: model.profile.labelsCorrect },
      licence: model.licence,
      memoryMb: model.memoryMb,
      breaker: service.breakers.stateOf(model.name),
      profile: describe(model.profile),
    })),
  };
}

/** A ladder, with what it costs the models that are served: a catalogue may list others. */
function uploadsFor(models: readonly { readonly name: string }[], { rungs }: Uploads): Uploads {
  const isServed = (name: string) => models.some((model) => model.name === name);
  return {
    rungs: rungs.map((rung) => ({
      ...rung,
      accuracyLossPct: Object.fromEntries(
        Object.entries(rung.accuracyLossPct).filter(([name]) => isServed(name)),
      ),
    })),
  };
}

function describe(profile: Profile): ModelsResponse['models'][number]['profile'] {
  return {
    meanMs: roundMs(profile.meanMs),
    stdMs: roundMs(profile.stdMs),
    meanErrorMs: roundMs(profile.meanErrorMs),
    p50Ms: roundMs(profile.quantileMs(0.5)),
    p95Ms: roundMs(profile.quantileMs(0.95)),
    p99Ms: roundMs(profile.quantileMs(0.99)),
    samples: profile.samples,
    coldShare: profile.coldShare,
    failures: profile.failures,
    basis: profile.basis,
  };
}
