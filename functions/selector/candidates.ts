import { ProblemError } from '../../lib/core/contract/problem.ts';
import type { DecodeCost } from '../../lib/core/images/cost.ts';
import { afterDecoding } from '../../lib/core/selection/decoding.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import type { Candidate } from '../../lib/core/selection/types.ts';
import { accuracyAfter, type UploadRung } from '../../lib/core/upload/rung.ts';
import type { ModelBreakers } from '../../lib/service/inference/breakers.ts';
import { mbPerVcpu } from '../../lib/service/inference/threads.ts';
import type { ProfileSnapshot } from '../../lib/service/profiles/cache.ts';
import type { Profile } from '../../lib/service/profiles/profile.ts';
import type { ServedModel, Service } from './service.ts';

/** A model with its current profile, as selection sees it. */
export type ServedCandidate = ServedModel &
  Candidate & {
    readonly catalogueAccuracyPct: number;
    readonly profile: Profile;
    /** What its times hold for the decoding of the request's picture, and what that may take at most. */
    readonly decoding: Decoding;
  };

/** How long a picture takes to decode, in ms: as its kind does, and when it was made to take long. */
export type Decoding = Pick<DecodeCost, 'ms' | 'mostMs'>;

/** What is known of a request's picture before it is decoded. */
export interface PictureClues {
  /** What the models' accuracy is to be that of: pictures that were sent in this way. */
  readonly rung?: Pick<UploadRung, 'accuracyLossPct'> | undefined;
  /** By a whole vCPU. */
  readonly decoding: Decoding;
}

/** What raw tensors are, and what is assumed before there is a picture. */
export const noDecoding: Decoding = { ms: 0, mostMs: 0 };

/** What candidates are made of, beside the profiles. */
export type CandidateParts = Pick<Service, 'models' | 'fieldAccuracies'>;

/**
 * The models that may answer a client: all but those for latency only, whose answers mean nothing.
 * A request's picture is part of their times and of their accuracy.
 */
export function candidatesOf(
  service: CandidateParts,
  profiles: ProfileSnapshot,
  { rung = { accuracyLossPct: {} }, decoding }: PictureClues = { decoding: noDecoding },
): ServedCandidate[] {
  return profiledModels(service, profiles)
    .filter(({ latencyOnly }) => !latencyOnly)
    .map((model) => {
      // A function of less memory has a part of a vCPU.
      const slowdown = Math.max(1, mbPerVcpu / model.memoryMb);
      const ms = slowdown * decoding.ms;
      const own = { ms, mostMs: slowdown * decoding.mostMs };
      const accuracyPct = accuracyAfter(rung, model);
      return { ...afterDecoding(model, ms), accuracyPct, decoding: own };
    });
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
    // Callers label a model's answers, whichever of its sizes gave them.
    const { labels } = profiles.get(modelNameOf(model)) ?? profile;
    const accuracyPct = fieldAccuracies.of(catalogueAccuracyPct, labels);
    const speed = { meanMs, stdMs, meanErrorMs, probabilityWithin, quantileMs };
    const calls = { coldShare, coldMeanMs, freshSamples };
    const accuracy = { accuracyPct, catalogueAccuracyPct };
    return [{ ...model, ...speed, ...calls, ...accuracy, profile, decoding: noDecoding }];
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
