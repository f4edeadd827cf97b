import type { ProblemDocument } from '../../core/contract/messages.ts';
import { MdInferenceError } from '../../core/errors.ts';
import type { Race } from './types.ts';

// Fields are declared alone: what their constructors set need not be in the bundle twice.

/** The base of all errors with which `classify` rejects, apart from the caller's own abort. */
export abstract class ClassifyError extends MdInferenceError {
  /** Both runs as they stood; `race.device.error` says why the device had no answer either. */
  declare race: Race | undefined;
}

/** The SLA ended without an answer, and no model on the device could give one. */
export class SlaExceededError extends ClassifyError {
  override readonly name = 'SlaExceededError';
  declare readonly slaMs: number;

  constructor(slaMs: number) {
    super(`no answer within the SLA of ${slaMs} ms`);
    this.slaMs = slaMs;
  }
}

/** The service answered with an error. */
export class ApiError extends ClassifyError {
  override readonly name = 'ApiError';
  declare readonly status: number;
  /** The problem document (RFC 9457); absent when the error came from in front of the service. */
  declare readonly problem: ProblemDocument | undefined;
  /** How many ms to wait before the next request, if the service says so (`Retry-After`). */
  declare readonly retryAfterMs: number | undefined;

  constructor(status: number, problem?: ProblemDocument, retryAfterMs?: number) {
    super(
      problem
        ? `${problem.title}: ${problem.detail}`
        : `the service answered with status ${status}`,
    );
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The service could not be reached, or the connection broke; `cause` says more. */
export class NetworkError extends ClassifyError {
  override readonly name = 'NetworkError';

  constructor(cause: unknown) {
    super('the service could not be reached', { cause });
  }
}

/** The service is at another address: the redirection made a GET of the POST. */
export class MovedError extends ClassifyError {
  override readonly name = 'MovedError';
  /** The address to use. */
  declare readonly endpoint: string;

  constructor(endpoint: string) {
    super(`the service has moved: use ${endpoint} as the endpoint`);
    this.endpoint = endpoint;
  }
}

/** The service's answer is not what the API promises. */
export class MalformedAnswerError extends ClassifyError {
  override readonly name = 'MalformedAnswerError';
}

/** A model on the device is unknown to its catalogue, or could not be loaded or run. */
export class DeviceModelError extends ClassifyError {
  override readonly name = 'DeviceModelError';
}
