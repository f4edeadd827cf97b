import { MdInferenceError } from '../../core/errors.ts';
/** Something took longer than it was given. */
export class TookTooLongError extends MdInferenceError {
  override readonly name = 'TookTooLongError';
}

/** A timer that fires this much late has slept with its process. */
const frozenMs = 250;

/**
 * Waits for work, but no longer than `limitMs`. Then the signal that the work was given aborts, and
 * whatever becomes of the work is ignored.
 *
 * Lambda freezes an execution environment between two requests. The limit starts anew when that has
 * happened: an answer that came in meanwhile has not been read yet.
 *
 * @throws {@link TookTooLongError}, or what the work throws
 */
export async function withinMs<Result>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: limit, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    const dueMs = Date.now() + limitMs;
    timer = setTimeout(() => {
      if (Date.now() > dueMs + frozenMs) return arm();
      const error = new TookTooLongError(`No answer within ${limitMs} ms`);
      controller.abort(error);
      reject(error);
    }, limitMs);
  };
  arm();
  try {
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}
