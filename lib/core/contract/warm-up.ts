/** The event that keeps a function's environment alive; handlers do nothing for it. */
export const warmUpEvent = { warm: true } as const;

/**
 * True for {@link warmUpEvent}, which no caller of the HTTP API can send: those events have another
 * shape.
 */
export function isWarmUp(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'warm' in event && event.warm === true;
}
