import type { ModelsResponse } from '../../core/contract/messages.ts';
import type { Candidate } from '../../core/selection/types.ts';
import type { Catalogue } from '../../service/catalogue/schema.ts';

/** A model as its bill sees it: `meanMs` is its service time, from invoking it to the end of its answer. */
export interface PricedModel extends Candidate {
  readonly memoryMb: number;
}

/** A catalogue does not say how fast a model is. */
export class MissingReferenceError extends Error {
  override readonly name = 'MissingReferenceError';
}

/**
 * Models with the latencies that their catalogue gives.
 *
 * @param overheadMs - added to each, see `defaultOverheadMs`
 * @throws {@link MissingReferenceError} naming the model
 */
export function modelsOfCatalogue({ models }: Catalogue, overheadMs: number): PricedModel[] {
  return models.map(({ name, accuracyPct, memoryMb, reference }) => {
    if (!reference) {
      throw new MissingReferenceError(
        `the catalogue has no reference latency of "${name}": give profiles of a running service`,
      );
    }
    const { meanMs, stdMs } = reference;
    return { name, accuracyPct, memoryMb, meanMs: meanMs + overheadMs, stdMs };
  });
}

/** Models with the profiles that a running service has measured (`GET /v1/models`). */
export function modelsOfProfiles({ models }: Pick<ModelsResponse, 'models'>): PricedModel[] {
  return models.map(({ name, accuracyPct, memoryMb, profile }) => ({
    name,
    accuracyPct,
    memoryMb,
    meanMs: profile.meanMs,
    stdMs: profile.stdMs,
    meanErrorMs: profile.meanErrorMs,
  }));
}
