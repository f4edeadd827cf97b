/** A live run cannot be made; the message says what is missing. */
export class LiveError extends Error {
  override readonly name = 'LiveError';
}
