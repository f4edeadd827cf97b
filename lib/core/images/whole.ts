import { imageTypeOf } from '../contract/image-type.ts';
import { wholeJpeg } from './jpeg-whole.ts';
import { wholePng } from './png-whole.ts';
import { wholeWebp } from './webp-whole.ts';

/**
 * An image's file as all decoders read it alike. What only lacks its end marker, or tells a wrong length of itself,
 * gets the right one; what a PNG tells of its colours beside a profile is left out.
 *
 * @param file - the whole of it
 * @param isDoubtful - whether a decoder has complained: then all of a JPEG's blocks are gone through
 * @returns the file itself where nothing is to be done, as with almost all files; undefined when a part of the
 *   picture is missing, or it is no JPEG, PNG or WebP
 */
export function wholeImage(file: Uint8Array, isDoubtful = false): Uint8Array | undefined {
  switch (imageTypeOf(file)) {
    case 'image/jpeg':
      return wholeJpeg(file, isDoubtful);
    case 'image/png':
      return wholePng(file);
    case 'image/webp':
      return wholeWebp(file);
    default:
      return undefined;
  }
}
