import type { InferResponse, ProblemDocument, TimeResponse } from '../../core/contract/messages.ts';
import { faultOfPredictions, mismatch, type Shape } from '../api/shape.ts';

/** A duration in ms that makes sense: eleven days at most. */
const ms = [-1e9, 1e9] as const;
/** A Unix time in ms that makes sense. */
const epochMs = [0, 1e14] as const;

const inferResponse = {
  requestId: 'string',
  model: { name: 'string', version: 'string', accuracyPct: [0, 100] },
  timing: {
    slaMs: ms,
    inputMs: ms,
    networkMs: ms,
    budgetMs: ms,
    selectMs: ms,
    serviceMs: ms,
    serverMs: ms,
    coldStart: 'boolean',
    source: 'string',
  },
  selection: {
    strategy: 'string',
    baseModel: 'string',
    eligible: [{ model: 'string', probability: 'number' }],
  },
} as const satisfies Shape;

const timeResponse = { epochMs, receivedEpochMs: epochMs } as const satisfies Shape;

const problem = {
  type: 'string',
  title: 'string',
  status: 'number',
  detail: 'string',
  requestId: 'string',
} as const satisfies Shape;

/**
 * What is wrong with a body of `POST /v1/infer`; undefined when nothing is. Less strict than the
 * service's own schema, and a thousandth of its size: it rejects what the client cannot work with.
 */
export function faultOfAnswer(body: unknown): string | undefined {
  const { predictions } = (body ?? {}) as { predictions?: unknown };
  return mismatch(body, inferResponse) ?? faultOfPredictions(predictions);
}

/** Whether this is a body of `GET /v1/time`. */
export function isTimeResponse(body: unknown): body is TimeResponse {
  return mismatch(body, timeResponse) === undefined;
}

/** Whether this is a problem document. */
export function isProblem(body: unknown): body is ProblemDocument {
  return mismatch(body, problem) === undefined;
}
