import type { Candidate } from '../../lib/core/selection/types.ts';
import { posteriorAccuracyPct } from '../../lib/service/feedback/accuracy.ts';
import type { ProfileSnapshot } from '../../lib/service/profiles/cache.ts';
import type { Profile } from '../../lib/service/profiles/profile.ts';
import type { ServedModel, Service } from './service.ts';

/** A model with its current profile, as selection sees it. */
export type ServedCandidate = ServedModel &
  Candidate & { readonly catalogueAccuracyPct: number; readonly profile: Profile };

/** What candidates are made of, beside the profiles. */
export type CandidateParts = Pick<Service, 'models' | 'feedbackWeight'>;

/** The models that may answer a client: all but those for latency only, whose answers mean nothing. */
export function candidatesOf(
  service: CandidateParts,
  profiles: ProfileSnapshot,
): ServedCandidate[] {
  return profiledModels(service, profiles).filter(({ latencyOnly }) => !latencyOnly);
}

/** Joins all models with their profiles, by name, and adjusts their accuracy by feedback. */
export function profiledModels(
  { models, feedbackWeight }: CandidateParts,
  profiles: ProfileSnapshot,
): ServedCandidate[] {
  return models.flatMap((model) => {
    const profile = profiles.get(model.name);
    if (!profile) return [];
    const { meanMs, stdMs, meanErrorMs, probabilityWithin } = profile;
    const { coldShare, coldMeanMs, freshSamples } = profile;
    const { accuracyPct: catalogueAccuracyPct } = model;
    const accuracyPct = posteriorAccuracyPct(catalogueAccuracyPct, profile, feedbackWeight);
    const speed = { meanMs, stdMs, meanErrorMs, probabilityWithin };
    const calls = { coldShare, coldMeanMs, freshSamples };
    return [{ ...model, ...speed, ...calls, accuracyPct, catalogueAccuracyPct, profile }];
  });
}
