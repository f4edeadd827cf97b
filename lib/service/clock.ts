let offsetMs = Date.now() - performance.now();

/**
 * Unix time in ms with a fraction. `Date.now()` alone is too coarse for models that answer in less
 * than a millisecond; the monotonic clock alone runs away from the wall clock while an execution
 * environment is frozen. So the monotonic clock counts, and is set again when the two have parted.
 */
export function epochMs(): number {
  const wallMs = Date.now();
  const preciseMs = offsetMs + performance.now();
  if (Math.abs(preciseMs - wallMs) <= 1.5) return preciseMs;
  offsetMs = wallMs - performance.now();
  return wallMs;
}
