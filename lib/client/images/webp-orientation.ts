import { browser } from './browser.ts';
import { type Picture, pictureOf } from './canvas.ts';

const exifChunk = 0x45584946;
const exifPrefix = 0x45786966;
const orientationTag = 0x0112;
/** Of one field of a TIFF directory. */
const fieldBytes = 12;

/** A file, and the EXIF orientation that is left to be applied. */
export interface Oriented {
  readonly file: Blob;
  readonly orientation: number;
}

/**
 * Takes the EXIF orientation out of a file if it is a WebP: reads it and puts 1 in its place. The service honours
 * it, browsers do not; written over, it makes no difference if one does.
 */
export async function takeOrientation(file: Blob): Promise<Oriented> {
  if (file.type !== 'image/webp') return { file, orientation: 1 };
  const bytes = await file.arrayBuffer();
  const view = new DataView(bytes);
  try {
    // A RIFF is of chunks: a name, a length, and a body that is padded to an even length.
    let at = 12;
    while (view.getUint32(at) !== exifChunk) {
      const length = view.getUint32(at + 4, true);
      at += 8 + length + (length % 2);
    }
    at += 8;
    // Some put in front what JPEG has there: "Exif" and two zeros.
    if (view.getUint32(at) === exifPrefix) at += 6;
    const littleEndian = view.getUint16(at) === 0x4949;
    at += view.getUint32(at + 4, littleEndian);
    let fields = view.getUint16(at, littleEndian);
    for (at += 2; fields > 0; fields--, at += fieldBytes) {
      if (view.getUint16(at, littleEndian) !== orientationTag) continue;
      const orientation = view.getUint16(at + 8, littleEndian);
      if (orientation < 1 || orientation > 8) break;
      view.setUint16(at + 8, 1, littleEndian);
      return { file: new Blob([bytes], { type: file.type }), orientation };
    }
  } catch {
    // The end of the file: there is none, or no sense in it.
  }
  return { file, orientation: 1 };
}

/** Turns a picture as its EXIF orientation says. */
export function upright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const isTurned = orientation > 4;
  const [width, height] = isTurned
    ? [picture.height, picture.width]
    : [picture.width, picture.height];
  const canvas = new browser.OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', {});
  // 2, 3, 6 and 7 begin at the right, 3, 4, 7 and 8 at the bottom.
  const quarter = (orientation - 1) % 4;
  const [x, left] = quarter === 1 || quarter === 2 ? [-1, width] : [1, 0];
  const [y, top] = quarter > 1 ? [-1, height] : [1, 0];
  if (isTurned) context.setTransform(0, y, x, 0, left, top);
  else context.setTransform(x, 0, 0, y, left, top);
  context.drawImage(picture.image, 0, 0);
  picture.image.close();
  return pictureOf(canvas.transferToImageBitmap());
}
