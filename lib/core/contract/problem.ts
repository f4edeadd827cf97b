import { MdInferenceError } from '../errors.ts';
import type { ProblemDocument } from './messages.ts';

/** The content type of every error (RFC 9457). */
export const problemContentType = 'application/problem+json';

/** Every kind of problem that the API answers with: its HTTP status and title by its type. */
export const problems = {
  'bad-request': { status: 400, title: 'Bad request' },
  'bad-header': { status: 400, title: 'Bad header' },
  'empty-body': { status: 400, title: 'Empty body' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-model': { status: 404, title: 'Unknown model' },
  'unknown-request': { status: 404, title: 'Unknown request' },
  'feedback-off': { status: 404, title: 'Feedback is not taken' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'too-large': { status: 413, title: 'Body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported content type' },
  'undecodable-image': { status: 422, title: 'Image cannot be decoded' },
  'not-the-view': { status: 422, title: 'Picture is not the view' },
  'wrong-tensor': { status: 422, title: 'Wrong tensor' },
  'wrong-tensor-length': { status: 422, title: 'Wrong tensor length' },
  'wrong-tensor-values': { status: 422, title: 'Wrong tensor values' },
  throttled: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Internal error' },
  'non-finite-output': { status: 502, title: 'Model gave no valid output' },
  'not-recorded': { status: 503, title: 'Feedback could not be recorded' },
  'not-ready': { status: 503, title: 'Models are not ready' },
  'no-model-available': { status: 503, title: 'No model could answer' },
  'deadline-exceeded': { status: 504, title: 'No answer by the deadline' },
  'latency-only': { status: 503, title: 'Models are for latency only' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The kind of a problem. */
export type ProblemType = keyof typeof problems;

/** An error that is reported to the caller of the API. */
export class ProblemError extends MdInferenceError {
  override readonly name = 'ProblemError';
  readonly type: ProblemType;
  /** Additional response headers, such as `retry-after` or `allow`. */
  readonly headers: Record<string, string>;

  constructor(type: ProblemType, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.type = type;
    this.headers = headers;
  }
}

/** The HTTP status that a request ends with when this is thrown: whatever is no problem of the API's is an internal one. */
export function statusOf(error: unknown): number {
  return problems[error instanceof ProblemError ? error.type : 'internal'].status;
}

/** What a gateway's own errors are called, by their HTTP status. */
export const gatewayProblems: Readonly<Record<number, { type: string; title: string }>> =
  Object.fromEntries(
    (
      [
        'bad-request',
        'unauthorized',
        'forbidden',
        'not-found',
        'method-not-allowed',
        'too-large',
        'throttled',
        'internal',
      ] as const
    ).map((type) => {
      const { status, title } = problems[type];
      return [status, { type: `/problems/${type}`, title }];
    }),
  );

/** Builds the problem document of an error. */
export function problemDocument(
  type: ProblemType,
  detail: string,
  requestId: string,
): ProblemDocument {
  return { type: `/problems/${type}`, ...problems[type], detail, requestId };
}
