import { maxBodyBytes } from '../../core/contract/limits.ts';
import type { DeviceInput } from '../api/image.ts';
import { ImageFormatError } from '../api/image-errors.ts';
import type { UploadedImage } from '../api/pipeline.ts';
import { isFile } from './request.ts';

/**
 * What is sent where nothing can encode: the file as it is.
 *
 * @throws {@link ImageFormatError} when it is no file, or a larger one than the service takes
 */
export function plainUpload({ image, contentType }: DeviceInput): UploadedImage {
  let what = 'without a file';
  if (isFile(image)) {
    const bytes = 'size' in image ? image.size : image.byteLength;
    if (bytes <= maxBodyBytes) return { image, contentType, bytes };
    what = `of ${bytes} bytes`;
  }
  throw new ImageFormatError(
    `an image ${what} cannot be sent as it is: set images, such as webImages()`,
  );
}
