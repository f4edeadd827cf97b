/** Fields of a TIFF directory have this many bytes. */
const fieldBytes = 12;
const orientationTag = 0x0112;

/**
 * Takes the EXIF orientation out of a WebP file: reads it, and writes 1 in its place. Browsers do not
 * honour it, but for the service it counts; written over, it makes no difference if one does.
 *
 * @param file - changed in place
 * @returns 1 to 8; 1 when there is none, or no sense in it
 */
export function takeOrientation(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const at = orientationOffset(view);
  if (!at) return 1;
  const orientation = view.getUint16(at.offset, at.littleEndian);
  if (orientation < 2 || orientation > 8) return 1;
  view.setUint16(at.offset, 1, at.littleEndian);
  return orientation;
}

function orientationOffset(view: DataView) {
  try {
    // RIFF: chunks of a name, a length and a body that is padded to an even length.
    for (let chunk = 12; ; ) {
      const bytes = view.getUint32(chunk + 4, true);
      if (view.getUint32(chunk) === 0x45584946) return fieldOf(view, chunk + 8);
      chunk += 8 + bytes + (bytes % 2);
    }
  } catch {
    // Past the end of the file.
    return undefined;
  }
}

/** The orientation's value in the EXIF data that begin here. */
function fieldOf(view: DataView, begin: number) {
  // Some writers put the prefix of JPEG's segment in front: "Exif", and two zeros.
  const tiff = view.getUint32(begin) === 0x45786966 ? begin + 6 : begin;
  const littleEndian = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, littleEndian);
  const count = view.getUint16(directory, littleEndian);
  for (let i = 0; i < count; i++) {
    const field = directory + 2 + i * fieldBytes;
    if (view.getUint16(field, littleEndian) !== orientationTag) continue;
    return { offset: field + 8, littleEndian };
  }
  return undefined;
}
