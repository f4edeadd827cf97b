import { maxBodyBytes } from '../../core/contract/limits.ts';
import { ClassifyError } from '../api/errors.ts';

/** A request is larger than the service takes. */
export class RequestTooLargeError extends ClassifyError {
  override readonly name = 'RequestTooLargeError';
  declare readonly bytes: number;

  constructor(bytes: number) {
    super(`a request of ${bytes} bytes cannot be sent: the service takes ${maxBodyBytes}`);
    this.bytes = bytes;
  }
}
