/** How live statistics are divided into windows. */
export interface WindowSettings {
  /** Length of a window in ms. A change of speed is known after at most two of them. */
  readonly windowMs: number;
  /** How many windows before the current one still count. */
  readonly windowsBack: number;
}

/** Five-minute windows, remembered for an hour. */
export const defaultWindows: WindowSettings = { windowMs: 300_000, windowsBack: 12 };

/** Start of the window that holds a moment, both in Unix ms. Windows are aligned to the epoch. */
export function windowStart(epochMs: number, windowMs: number): number {
  return Math.floor(epochMs / windowMs) * windowMs;
}

/** Start of the oldest window that still counts at a moment, both in Unix ms. */
export function oldestWindowStart(
  nowMs: number,
  { windowMs, windowsBack }: WindowSettings,
): number {
  return windowStart(nowMs, windowMs) - windowsBack * windowMs;
}

/**
 * When a window's items may be deleted, in Unix seconds as DynamoDB's time to live wants it: once
 * the window no longer counts. It depends on the window alone, so that every writer sets the same
 * value and setting it again changes nothing.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export function expiresAt(
  windowStartMs: number,
  { windowMs, windowsBack }: WindowSettings,
): number {
  return Math.ceil((windowStartMs + (windowsBack + 1) * windowMs) / 1000);
}
