import { maxBodyBytes } from '../../core/contract/limits.ts';
import type { EncodedImage } from '../api/codec.ts';
import type { DeviceInput } from '../api/image.ts';
import { ImageFormatError } from '../api/image-errors.ts';

/**
 * What is sent where nothing can encode: the file as it is.
 *
 * @throws {@link ImageFormatError} when it is no file, or a larger one than the service takes
 */
export function plainUpload({ image, contentType }: DeviceInput): EncodedImage {
  if ('width' in image || 'displayWidth' in image) throw needed('an image without a file');
  const bytes = 'byteLength' in image ? image.byteLength : image.size;
  if (bytes > maxBodyBytes) throw needed(`an image of ${bytes} bytes`);
  return { image, contentType };
}

function needed(what: string): ImageFormatError {
  return new ImageFormatError(`${what} cannot be sent as it is: set images, such as webImages()`);
}
