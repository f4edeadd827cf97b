import { MdInferenceError } from '../../core/errors.ts';

/** The bytes are not a JPEG, PNG or WebP image that can be decoded within the limits. */
export class UndecodableImageError extends MdInferenceError {
  override readonly name = 'UndecodableImageError';
}

/** The image is said to be the catalogue's view, and has another size. */
export class NotTheViewError extends MdInferenceError {
  override readonly name = 'NotTheViewError';
}

/** A model's file cannot be fetched, or is not the one that its catalogue entry describes. */
export class ModelFileError extends MdInferenceError {
  override readonly name = 'ModelFileError';
}
