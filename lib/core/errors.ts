export abstract class MdInferenceError extends Error {}
