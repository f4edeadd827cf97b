import type { ServedModels } from '../api/pipeline.ts';
import { isBetween } from '../api/shape.ts';

/** What is wrong with a body of `GET /v1/models`; undefined when nothing is. */
export function faultOfModels(body: unknown): string | undefined {
  const { models } = (body ?? {}) as Partial<ServedModels>;
  const isRight =
    Array.isArray(models) &&
    models.every(
      (model) => isBetween(model?.profile?.meanMs, 0, 1e9) && isBetween(model.accuracyPct, 0, 100),
    );
  return isRight ? undefined : 'models';
}

/**
 * The accuracy in percent of the best model that could answer in the time left, if the network were as
 * fast as it ever was; 0 when none could. A model whose circuit breaker is open is not asked.
 */
export function bestAccuracyPct({ models }: ServedModels, leftMs: number): number {
  const accuracies = models
    .filter(
      ({ latencyOnly, breaker, profile }) =>
        !latencyOnly && breaker !== 'open' && profile.meanMs <= leftMs,
    )
    .map(({ accuracyPct }) => accuracyPct);
  return Math.max(0, ...accuracies);
}
