import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError } from '../../lib/service/inference/invoke.ts';
import { notYetAllowed } from './new-permissions.ts';

/** How long to go on with attempts that say nothing about a function. */
export interface Patience {
  /** On the clock of `performance.now()`: after that, a throttled call is not attempted again. */
  readonly untilMs: number;
  /**
   * Waits for so many ms.
   *
   * @default - a timer
   */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** What came of attempts. */
export interface Attempted<Result> {
  readonly result: Result;
  /** How many attempts were discarded before it. */
  readonly discarded: number;
  /** The time in ms that they and the pauses between them have taken. */
  readonly discardedMs: number;
}

const firstPauseMs = 250;
/** Shorter than an idle connection lives: a new one would be a part of the next attempt's time. */
const longestPauseMs = 4_000;
/** Attempts, at most, that end in anything but throttling: with their pauses, half a minute of them. */
const maxFailures = 12;

/** Node's codes for a connection that broke or was never made. */
const connectionErrors = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Attempts a call until it says something about the function that is called. What is throttled has not been
 * run; what is denied seconds after the permission was granted, or lost by AWS or the network, neither. Each
 * attempt is for the caller to time: the SDK must not repeat any by itself.
 *
 * @throws what the last attempt has thrown: what the function itself is to blame for, or the reason why it
 *   could not be called for so long
 */
export async function attempts<Result>(
  attempt: () => Promise<Result>,
  { untilMs, pause = delay }: Patience,
): Promise<Attempted<Result>> {
  const startMs = performance.now();
  let failures = 0;
  for (let discarded = 0; ; discarded++) {
    const attemptedMs = performance.now();
    try {
      return { result: await attempt(), discarded, discardedMs: attemptedMs - startMs };
    } catch (error) {
      if (!isThrottled(error) && (!isPassing(error) || ++failures >= maxFailures)) throw error;
      const pauseMs = Math.min(firstPauseMs * 2 ** discarded, longestPauseMs);
      if (performance.now() + pauseMs > untilMs) throw error;
      // Others that were throttled at the same moment shall not come back at the same moment.
      await pause(pauseMs * (0.5 + Math.random() / 2));
    }
  }
}

/** Whether a call was not run because all of the account's or the function's concurrency was in use. */
export function isThrottled(error: unknown): boolean {
  if (error instanceof InvocationError) return error.kind === 'throttled';
  return (error as Error).name === 'TooManyRequestsException';
}

function isPassing(error: unknown): boolean {
  const { name, code, $metadata } = causeOf(error);
  const status = $metadata?.httpStatusCode ?? 0;
  return notYetAllowed.has(name ?? '') || connectionErrors.has(code ?? '') || status >= 500;
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function causeOf(error: unknown): SdkError {
  return ((error instanceof InvocationError ? error.cause : error) ?? {}) as SdkError;
}
