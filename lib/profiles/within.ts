/** Something took longer than it was given. */
export class TookTooLongError extends Error {
  override readonly name = 'TookTooLongError';
}

/**
 * Waits for work, but no longer than `limitMs`. Then the signal that the work was given aborts, and
 * whatever becomes of the work is ignored.
 *
 * @throws TookTooLongError, or what the work throws
 */
export async function withinMs<Result>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TookTooLongError(`No answer within ${limitMs} ms`);
      controller.abort(error);
      reject(error);
    }, limitMs);
  });
  try {
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}
