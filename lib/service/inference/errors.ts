/** The bytes are no JPEG, PNG or WebP image that can be decoded within the limits. */
export class UndecodableImageError extends Error {
  override readonly name = 'UndecodableImageError';
}

/** A raw tensor does not have the exact byte length of the catalogue's input. */
export class TensorLengthError extends Error {
  override readonly name = 'TensorLengthError';
}

/** A raw tensor holds NaN, an infinity, or values to which the model has no finite answer. */
export class TensorValueError extends Error {
  override readonly name = 'TensorValueError';
}

/** A model answered with NaN or an infinity. */
export class NonFiniteOutputError extends Error {
  override readonly name = 'NonFiniteOutputError';
}

/** A file is no model, or its inputs or outputs do not fit its catalogue entry. */
export class ModelShapeError extends Error {
  override readonly name = 'ModelShapeError';
}

/** A model's file cannot be fetched, or is not the one that its catalogue entry describes. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}
