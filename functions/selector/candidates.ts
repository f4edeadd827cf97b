import type { ProfileSnapshot } from '../../lib/profiles/cache.ts';
import type { Profile } from '../../lib/profiles/profile.ts';
import type { Candidate } from '../../lib/selection/types.ts';
import type { ServedModel } from './service.ts';

/** A model with its current profile, as selection sees it. */
export type ServedCandidate = ServedModel & Candidate & { readonly profile: Profile };

/** Joins models with their profiles, by name. */
export function candidatesOf(
  models: readonly ServedModel[],
  profiles: ProfileSnapshot,
): ServedCandidate[] {
  return models.flatMap((model) => {
    const profile = profiles.get(model.name);
    if (!profile) return [];
    return [{ ...model, meanMs: profile.meanMs, stdMs: profile.stdMs, profile }];
  });
}
