import { maxBodyBytes } from '../../core/contract/limits.ts';
import type { DeviceInput, ImageFile } from '../api/image.ts';
import { ImageFormatError } from '../api/image-errors.ts';
import type { UploadedImage } from '../api/pipeline.ts';

/**
 * What is sent where nothing can encode: the file as it is.
 *
 * @throws {@link ImageFormatError} when it is no file, or a larger one than the service takes
 */
export function plainUpload({ image, contentType }: DeviceInput): UploadedImage {
  const { size, byteLength: bytes = size } = image as { size?: number; byteLength?: number };
  if (bytes !== undefined && bytes <= maxBodyBytes) {
    return { image: image as ImageFile, contentType, bytes };
  }
  const what = bytes === undefined ? 'without a file' : `of ${bytes} bytes`;
  throw new ImageFormatError(`an image ${what} cannot be sent: set images, such as webImages()`);
}
