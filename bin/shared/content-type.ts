import { tensorContentType } from '../../lib/core/contract/body.ts';
import { imageTypeOf } from '../../lib/core/contract/image-type.ts';

/** The content type of a file by its bytes; what is no image is a catalogue's raw tensor. */
export function contentTypeOf(bytes: Uint8Array): string {
  return imageTypeOf(bytes) ?? tensorContentType;
}
