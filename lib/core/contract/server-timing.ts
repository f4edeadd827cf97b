/**
 * The value of a `Server-Timing` header (https://www.w3.org/TR/server-timing/).
 *
 * @param durationsMs - in ms by metric name
 */
export function serverTiming(durationsMs: Record<string, number>): string {
  return Object.entries(durationsMs)
    .map(([name, value]) => `${name};dur=${roundMs(value)}`)
    .join(', ');
}

/** Rounds a time in ms to whole microseconds. */
export function roundMs(value: number): number {
  return Math.round(value * 1000) / 1000;
}
