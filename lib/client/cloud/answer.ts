import type { InferResponse, ProblemDocument, TimeResponse } from '../../core/contract/messages.ts';

/** The shape of a JSON value: a type's name, an object of shapes, or a list of one shape. */
type Shape = 'string' | 'number' | 'boolean' | readonly [Shape] | { readonly [key: string]: Shape };

const inferResponse = {
  requestId: 'string',
  model: { name: 'string', version: 'string', accuracyPct: 'number' },
  predictions: [{ index: 'number', label: 'string', score: 'number' }],
  timing: {
    slaMs: 'number',
    inputMs: 'number',
    networkMs: 'number',
    budgetMs: 'number',
    selectMs: 'number',
    serviceMs: 'number',
    serverMs: 'number',
    coldStart: 'boolean',
    source: 'string',
  },
  selection: {
    strategy: 'string',
    baseModel: 'string',
    eligible: [{ model: 'string', probability: 'number' }],
  },
} as const satisfies Shape;

const timeResponse = { epochMs: 'number', receivedEpochMs: 'number' } as const satisfies Shape;

const problem = {
  type: 'string',
  title: 'string',
  status: 'number',
  detail: 'string',
  requestId: 'string',
} as const satisfies Shape;

/** Where a value differs from a shape, such as `.model.name`; undefined when it does not. */
function mismatch(value: unknown, shape: Shape, path = ''): string | undefined {
  if (typeof shape === 'string') return typeof value === shape ? undefined : path || 'its type';
  if (typeof value !== 'object' || value === null) return path || 'its type';
  if (isList(shape)) {
    if (!Array.isArray(value)) return path;
    return first(value, (element, i) => mismatch(element, shape[0], `${path}[${i}]`));
  }
  const members = value as Record<string, unknown>;
  return first(Object.keys(shape), (key) =>
    mismatch(members[key], shape[key] as Shape, `${path}.${key}`),
  );
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function first<T, R>(values: readonly T[], find: (value: T, i: number) => R | undefined) {
  for (let i = 0; i < values.length; i++) {
    const found = find(values[i] as T, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * What is wrong with a body of `POST /v1/infer`; undefined when nothing is. Less strict than the
 * service's own schema, and a thousandth of its size: it rejects what the client cannot work with.
 */
export function faultOfAnswer(body: unknown): string | undefined {
  const wrong = mismatch(body, inferResponse);
  if (wrong) return wrong;
  const { predictions, model } = body as InferResponse;
  if (predictions.length === 0) return '.predictions';
  return model.accuracyPct >= 0 && model.accuracyPct <= 100 ? undefined : '.model.accuracyPct';
}

/** Whether this is a body of `GET /v1/time`. */
export function isTimeResponse(body: unknown): body is TimeResponse {
  return mismatch(body, timeResponse) === undefined;
}

/** Whether this is a problem document. */
export function isProblem(body: unknown): body is ProblemDocument {
  return mismatch(body, problem) === undefined;
}
