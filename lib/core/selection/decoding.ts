import type { Candidate } from './types.ts';

/**
 * A model as a picture meets it: T_service is the time that the picture takes to decode and the model's own.
 *
 * @param decodeMs - predicted for this picture, in ms
 * @example
 * ```ts
 * import { afterDecoding } from 'mdinference/selection';
 *
 * const model = { name: 'm', accuracyPct: 80, meanMs: 90, stdMs: 5, coldMeanMs: 900 };
 * const { meanMs, stdMs, coldMeanMs } = afterDecoding(model, 20);
 * [meanMs, stdMs, coldMeanMs]; // => [110, 5, 920]
 * ```
 */
export function afterDecoding<C extends Candidate>(model: C, decodeMs: number): C {
  const { meanMs, coldMeanMs, probabilityWithin, quantileMs } = model;
  return {
    ...model,
    meanMs: meanMs + decodeMs,
    ...(coldMeanMs !== undefined && { coldMeanMs: coldMeanMs + decodeMs }),
    ...(probabilityWithin && {
      probabilityWithin: (ms: number) => probabilityWithin(ms - decodeMs),
    }),
    ...(quantileMs && { quantileMs: (q: number) => quantileMs(q) + decodeMs }),
  };
}
