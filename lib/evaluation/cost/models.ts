import type { ModelsResponse } from '../../core/contract/messages.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { sizeNameOf } from '../../core/selection/sizes.ts';
import type { Candidate } from '../../core/selection/types.ts';
import type { Catalogue } from '../../service/catalogue/schema.ts';

/** A model with what its cost depends on; `meanMs` is the service time, from the invoke to the end of the answer. */
export interface PricedModel extends Candidate {
  readonly memoryMb: number;
  /** The part of its work that several threads can share, 0 to 1, where it was measured. */
  readonly parallelShare?: number | undefined;
}

/** A catalogue has no reference latency of a model; the message names the model. */
export class MissingReferenceError extends MdInferenceError {
  override readonly name = 'MissingReferenceError';
}

/**
 * Models with the reference latencies of their catalogue.
 *
 * @param overheadMs - added to each, see `defaultOverheadMs`
 * @throws {@link MissingReferenceError} when a model has none
 */
export function modelsOfCatalogue({ models }: Catalogue, overheadMs: number): PricedModel[] {
  return models.map(({ name, accuracyPct, memoryMb, reference }) => {
    if (!reference) {
      throw new MissingReferenceError(
        `the catalogue has no reference latency of "${name}": give profiles of a running service`,
      );
    }
    const { meanMs, stdMs, parallelShare } = reference;
    return { name, accuracyPct, memoryMb, meanMs: meanMs + overheadMs, stdMs, parallelShare };
  });
}

/** Models with the profiles that a running service has measured, one for each size, from `GET /v1/models`. */
export function modelsOfProfiles({ models }: Pick<ModelsResponse, 'models'>): PricedModel[] {
  return models.flatMap(({ name, accuracyPct, sizes, ...only }) =>
    (sizes ?? [only]).map(({ memoryMb, profile }, i) => ({
      name: i === 0 ? name : sizeNameOf(name, memoryMb),
      ...(sizes && { sizeOf: name }),
      accuracyPct,
      memoryMb,
      meanMs: profile.meanMs,
      stdMs: profile.stdMs,
      meanErrorMs: profile.meanErrorMs,
    })),
  );
}
