import type {
  BreakerState,
  ModelSize,
  ModelStatus,
  ModelsResponse,
  Uploads,
} from '../../lib/core/contract/messages.ts';
import { roundMs } from '../../lib/core/contract/server-timing.ts';
import { fastest } from '../../lib/core/selection/ranking.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { sumOf } from '../../lib/service/feedback/accuracy.ts';
import type { Profile } from '../../lib/service/profiles/profile.ts';
import { withinMs } from '../../lib/service/profiles/within.ts';
import { type CandidateParts, profiledModels, type ServedCandidate } from './candidates.ts';
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
  const { catalogue, view, breakers } = service;
  const bySizes = [...Map.groupBy(models, modelNameOf)];
  return {
    catalogue: catalogue.name,
    strategy: service.strategy,
    defaultSlaMs: service.defaultSlaMs,
    labels: catalogue.labels,
    ...(view && { view }),
    ...(catalogue.uploads && { uploads: uploadsFor(models, catalogue.uploads) }),
    models: bySizes.map(([name, sizes]) => describeModel(name, sizes, breakers)),
  };
}

function describeModel(
  name: string,
  sizes: readonly ServedCandidate[],
  breakers: Service['breakers'],
): ModelStatus {
  const model = fastest(sizes);
  const described = sizes
    .toSorted((a, b) => a.memoryMb - b.memoryMb)
    .map(
      (size): ModelSize => ({
        memoryMb: size.memoryMb,
        breaker: breakers.stateOf(size.name),
        profile: describe(size.profile),
      }),
    );
  return {
    name,
    version: model.version,
    ...(model.latencyOnly && { latencyOnly: true }),
    accuracyPct: model.accuracyPct,
    catalogueAccuracyPct: model.catalogueAccuracyPct,
    accuracySource: model.accuracySource,
    feedback: sumOf(sizes.flatMap(({ profile }) => profile.labels)),
    licence: model.licence,
    memoryMb: model.memoryMb,
    breaker: bestOf(sizes.map((size) => breakers.stateOf(size.name))),
    profile: describe(model.profile),
    ...(described.length > 1 && { sizes: described }),
  };
}

/** A model is asked as long as one of its sizes is. */
function bestOf(states: readonly BreakerState[]): BreakerState {
  const best = (['closed', 'half-open'] as const).find((state) => states.includes(state));
  return best ?? 'open';
}

/** A ladder, with what it costs the models that are served: a catalogue may list others. */
function uploadsFor(models: readonly { readonly name: string }[], { rungs }: Uploads): Uploads {
  const isServed = (name: string) => models.some((model) => modelNameOf(model) === name);
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
