import { MdInferenceError } from '../errors.ts';

/** A raw tensor does not have the exact byte length of the catalogue's input. */
export class TensorLengthError extends MdInferenceError {
  override readonly name = 'TensorLengthError';
}

/** A raw tensor holds NaN, an infinity, or values to which the model has no finite answer. */
export class TensorValueError extends MdInferenceError {
  override readonly name = 'TensorValueError';
}

/** A model answered with NaN or an infinity. */
export class NonFiniteOutputError extends MdInferenceError {
  override readonly name = 'NonFiniteOutputError';
}

/** A file is not a model, or its inputs or outputs do not fit its catalogue entry. */
export class ModelShapeError extends MdInferenceError {
  override readonly name = 'ModelShapeError';
}
