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
  const isFile = !('width' in image || 'displayWidth' in image);
  const bytes = !isFile ? 0 : 'byteLength' in image ? image.byteLength : image.size;
  if (isFile && bytes <= maxBodyBytes) return { image, contentType };
  const what = isFile ? `of ${bytes} bytes` : 'without a file';
  throw new ImageFormatError(
    `an image ${what} cannot be sent as it is: set images, such as webImages()`,
  );
}
