import { MdInferenceError } from '../../core/errors.ts';
import { ClassifyError } from './errors.ts';

/**
 * An image cannot be sent: the service takes JPEG, PNG and WebP up to a size, and nothing here can make
 * such a file of it. `cause` says why.
 */
export class ImageFormatError extends ClassifyError {
  override readonly name = 'ImageFormatError';
}

/**
 * An image cannot be read on this device: its format is unknown here, it shows nothing yet, it has been
 * closed, or it is another origin's.
 */
export class ImageReadError extends MdInferenceError {
  override readonly name = 'ImageReadError';
}

/** The browser gives made-up pixels, as Firefox does under `privacy.resistFingerprinting`. */
export class CanvasBlockedError extends MdInferenceError {
  override readonly name = 'CanvasBlockedError';

  constructor() {
    super('this browser hides what a canvas shows (resistFingerprinting, or an extension)');
  }
}
