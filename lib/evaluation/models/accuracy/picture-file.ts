import { closeSync, openSync, readSync } from 'node:fs';
import { imageTypeOf } from '../../../core/contract/image-type.ts';
import { formatBytes, otherFormatOf, whyNoImage } from '../../../core/contract/other-formats.ts';

/** A file that was left out, and why. */
export interface LeftOut {
  /** Its path or number. */
  readonly name: string;
  /** As a clause: `it is a GIF`. */
  readonly why: string;
}

/** What a file is that lies among pictures: one that is decoded, none that counts as one, or why it is not. */
export type PictureFile = 'image' | 'none' | { readonly why: string };

/** Names that promise a picture, whatever the file holds. */
const pictureNames =
  /\.(jpe?g|jpe|jfif|pjpe?g|pjp|a?png|webp|hei[cf]s?|avifs?|gif|bmp|dib|tiff?|jxl|jp2|j2k|jxr|svg|ico|psd|dng|cr[23]|nef|arw|raf|orf|rw2)$/i;

/**
 * What a file is by its first bytes; its name only tells whether it ought to be a picture.
 *
 * @param begin - its first {@link formatBytes} bytes, or more
 */
export function pictureFile(name: string, begin: Uint8Array): PictureFile {
  if (imageTypeOf(begin)) return 'image';
  const isPicture = otherFormatOf(begin)?.isPicture === true || pictureNames.test(name);
  return isPicture ? { why: whyNoImage(begin.subarray(0, formatBytes)) } : 'none';
}

/** A file's first bytes: as many as tell its format. */
export function beginOf(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(formatBytes);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
