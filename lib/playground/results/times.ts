/** A time and its limit, both in ms. */
interface Limited {
  readonly totalMs: number;
  readonly slaMs: number;
}

/** Whether an answer came within the SLA, by the clock of whoever waited for it. */
export function isInTime({ totalMs, slaMs }: Limited): boolean {
  return totalMs <= slaMs;
}

/** A time beside its limit, such as `226 of 250 ms, in time` or `283 of 250 ms, 33 ms late`. */
export function inTimeWords(timing: Limited): string {
  const { totalMs, slaMs } = timing;
  const verdict = isInTime(timing) ? 'in time' : `${overrun(totalMs, slaMs)} late`;
  return `${wholeMs(totalMs, slaMs)} of ${slaMs.toFixed(0)} ms, ${verdict}`;
}

/** Whole ms, with a decimal where rounding would put the time on the limit's other side. */
export function wholeMs(ms: number, limitMs: number): string {
  const isLate = ms > limitMs;
  if (Math.round(ms) > limitMs === isLate) return ms.toFixed(0);
  const towards = isLate ? Math.ceil : Math.floor;
  return (towards(10 * ms) / 10).toFixed(1);
}

/** How far a time is beyond its limit, never as nothing. */
export function overrun(ms: number, limitMs: number): string {
  const over = ms - limitMs;
  return over < 9.95 ? `${Math.max(0.1, over).toFixed(1)} ms` : `${over.toFixed(0)} ms`;
}
