import { imageTypeOf } from '../../core/contract/image-type.ts';
import { wholeImage } from '../../core/images/whole.ts';
import { ImageReadError } from '../api/image-errors.ts';

/** Bytes that tell a JPEG, PNG or WebP. */
const beginBytes = 12;

/**
 * A file as the service reads it, for a browser's decoder: of the type that its bytes tell, with the end marker
 * that it may lack, and without what only browsers mind of a PNG's colours. What is no JPEG, PNG or WebP stays as it is.
 *
 * @throws {@link ImageReadError} when a part of it is missing: some browsers would show grey in its place
 */
export async function asServed(file: Blob): Promise<Blob> {
  const type = imageTypeOf(new Uint8Array(await file.slice(0, beginBytes).arrayBuffer()));
  if (!type) return file;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const whole = wholeImage(bytes);
  if (!whole) {
    throw new ImageReadError(
      `${type} cannot be decoded: a part of it is missing, as if it had been cut short`,
    );
  }
  if (whole === bytes && type === file.type) return file;
  return new Blob([whole as Uint8Array<ArrayBuffer>], { type });
}
