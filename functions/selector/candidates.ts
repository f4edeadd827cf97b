import { ProblemError } from '../../lib/core/contract/problem.ts';
import type { Candidate } from '../../lib/core/selection/types.ts';
import { accuracyAfter, type UploadRung } from '../../lib/core/upload/rung.ts';
import type { ModelBreakers } from '../../lib/service/inference/breakers.ts';
import type { ProfileSnapshot } from '../../lib/service/profiles/cache.ts';
import type { Profile } from '../../lib/service/profiles/profile.ts';
import type { ServedModel, Service } from './service.ts';

/** A model with its current profile, as selection sees it. */
export type ServedCandidate = ServedModel &
  Candidate & { readonly catalogueAccuracyPct: number; readonly profile: Profile };

/** What candidates are made of, beside the profiles. */
export type CandidateParts = Pick<Service, 'models' | 'fieldAccuracies'>;

/**
 * The models that may answer a client: all but those for latency only, whose answers mean nothing.
 *
 * @param rung - what their accuracy is to be that of: pictures that were sent in this way
 * @default - the originals
 */
export function candidatesOf(
  service: CandidateParts,
  profiles: ProfileSnapshot,
  rung: Pick<UploadRung, 'accuracyLossPct'> = { accuracyLossPct: {} },
): ServedCandidate[] {
  return profiledModels(service, profiles)
    .filter(({ latencyOnly }) => !latencyOnly)
    .map((model) => ({ ...model, accuracyPct: accuracyAfter(rung, model) }));
}

/** Those that their breakers let be asked; when that is none, the one that is to be asked next. */
export function askable<C extends { readonly name: string }>(
  breakers: Pick<ModelBreakers, 'mayAsk' | 'soonest'>,
  candidates: readonly C[],
): readonly C[] {
  const usable = candidates.filter(({ name }) => breakers.mayAsk(name));
  if (usable.length > 0) return usable;
  const next = breakers.soonest(candidates.map(({ name }) => name));
  return candidates.filter(({ name }) => name === next);
}

/** Joins all models with their profiles, by name, and adjusts their accuracy by feedback. */
export function profiledModels(
  { models, fieldAccuracies }: CandidateParts,
  profiles: ProfileSnapshot,
): ServedCandidate[] {
  return models.flatMap((model) => {
    const profile = profiles.get(model.name);
    if (!profile) return [];
    const { meanMs, stdMs, meanErrorMs, probabilityWithin, quantileMs } = profile;
    const { coldShare, coldMeanMs, freshSamples } = profile;
    const { accuracyPct: catalogueAccuracyPct } = model;
    const accuracyPct = fieldAccuracies.of(catalogueAccuracyPct, profile.labels);
    const speed = { meanMs, stdMs, meanErrorMs, probabilityWithin, quantileMs };
    const calls = { coldShare, coldMeanMs, freshSamples };
    return [{ ...model, ...speed, ...calls, accuracyPct, catalogueAccuracyPct, profile }];
  });
}

/**
 * @throws {@link ProblemError} `latency-only` when no model's answers mean anything
 */
export function refuseLatencyOnly({
  catalogue,
  models,
}: Pick<Service, 'catalogue' | 'models'>): void {
  if (models.some(({ latencyOnly }) => !latencyOnly)) return;
  throw new ProblemError(
    'latency-only',
    `all models of the catalogue "${catalogue.name}" are for latency only: their answers have no meaning, so none is given`,
  );
}
