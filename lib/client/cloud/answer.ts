import type { InferResponse, ProblemDocument, TimeResponse } from '../../core/contract/messages.ts';
import { faultOfPredictions, isBetween } from '../api/shape.ts';
import type { AnyCloudAnswer } from '../api/types.ts';

/** The longest duration that makes sense, in ms: eleven days. */
const longestMs = 1e9;
/** The last Unix time that makes sense, in ms. */
const lastEpochMs = 1e14;

/** What is wrong with a time that has been stored. */
export const outOfCache = 'GET /v1/time is answered by a cache';

/**
 * What is wrong with a body of `POST /v1/infer`; undefined when nothing is. Less strict than the
 * service's own schema, and a thousandth of its size: it rejects what the client cannot work with.
 */
export function faultOfAnswer(body: unknown): string | undefined {
  return faultOfHead(body) ?? faultOfPredictions((body as InferResponse).predictions);
}

/** What is wrong with what an answer says beside its content; undefined when nothing is. */
export function faultOfHead(body: unknown): string | undefined {
  const { requestId, model, timing } = (body ?? {}) as Partial<AnyCloudAnswer>;
  if (typeof requestId !== 'string') return 'requestId';
  if (typeof model?.name !== 'string' || !isBetween(model.accuracyPct, 0, 100)) return 'model';
  const times = ['slaMs', 'inputMs', 'serverMs'] as const;
  const wrong = times.find((name) => !isBetween(timing?.[name], -longestMs, longestMs));
  return wrong && `timing.${wrong}`;
}

/** What is wrong with an answer of `GET /v1/time`; undefined when nothing is. */
export function faultOfTime(body: unknown, headers: Headers): string | undefined {
  if (Number(headers.get('age')) > 0) return outOfCache;
  const { epochMs, receivedEpochMs } = (body ?? {}) as Partial<TimeResponse>;
  const isTime = isBetween(epochMs, 0, lastEpochMs) && isBetween(receivedEpochMs, 0, lastEpochMs);
  return isTime ? undefined : 'epochMs';
}

/** Whether this is a problem document. */
export function isProblem(body: unknown): body is ProblemDocument {
  const { title, detail } = (body ?? {}) as Partial<ProblemDocument>;
  return typeof title === 'string' && typeof detail === 'string';
}
