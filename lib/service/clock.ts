let offsetMs = Date.now() - performance.now();

/**
 * Unix time in ms with a fraction. `Date.now()` alone is too coarse for models that answer in less
 * than a millisecond; the monotonic clock alone falls behind the wall clock while an execution
 * environment is frozen. So the monotonic clock is read, and is set anew when the two have drifted apart.
 */
export function epochMs(): number {
  const wallMs = Date.now();
  const preciseMs = offsetMs + performance.now();
  if (Math.abs(preciseMs - wallMs) <= 1.5) return preciseMs;
  offsetMs = wallMs - performance.now();
  return wallMs;
}
