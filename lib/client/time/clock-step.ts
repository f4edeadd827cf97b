/** A clock that ticks at all ticks within so many readings; the others are watched. */
const readings = 1_000;
/** A clock that is watched for longer than this ticks no finer, in ms: the coarsest known ticks in 100. */
const coarsestMs = 100;
const longestWatch = 500;

/**
 * The step in ms by which a clock ticks: microseconds in most places, 16.7 or 100 ms where a browser
 * hides the time from pages (`privacy.resistFingerprinting`).
 *
 * @param pause - lets some time pass, without blocking
 */
export async function clockStepMs(
  nowMs: () => number,
  pause: () => Promise<void>,
): Promise<number> {
  const startMs = nowMs();
  for (let i = 0; i < readings; i++) {
    const stepMs = nowMs() - startMs;
    if (stepMs > 0) return stepMs;
  }
  const tickMs = await nextTick(nowMs, pause);
  const stepMs = (await nextTick(nowMs, pause)) - tickMs;
  return stepMs > 0 ? stepMs : coarsestMs;
}

/** The clock's reading after its next tick. */
async function nextTick(nowMs: () => number, pause: () => Promise<void>): Promise<number> {
  const beforeMs = nowMs();
  for (let i = 0; i < longestWatch && nowMs() === beforeMs; i++) await pause();
  return nowMs();
}
