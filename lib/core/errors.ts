/** The base of the errors that both packages, `mdinference` and `@mdinference/client`, throw. */
export abstract class MdInferenceError extends Error {
  /** The class's own name, which stays what it is when code is minified. */
  abstract override readonly name: string;
}
