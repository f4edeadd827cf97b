const signatureBytes = 8;
/** A chunk's length and type, and its checksum. */
const chunkHead = 8;
const chunkEnd = 4;
/**
 * How colours are meant (gAMA, cHRM, cICP). The service passes over them, as Pillow does and models were
 * trained, and browsers mind them, each in its own way. A profile (iCCP) counts everywhere.
 */
const colourSpaces: ReadonlySet<string> = new Set(['gAMA', 'cHRM', 'cICP']);
const endChunk = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

/**
 * A PNG that ends as decoders expect it, and that all of them show in the same colours: without the chunks that
 * tell of colours but its profile.
 *
 * @returns the file itself where nothing is to be done; undefined when a part of the picture is missing
 */
export function wholePng(file: Uint8Array): Uint8Array | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const parts: Uint8Array[] = [];
  let from = 0;
  let hasPixels = false;
  let at = signatureBytes;
  while (at + chunkHead <= file.length) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + chunkHead));
    const dataEnd = at + chunkHead + length;
    if (dataEnd > file.length) {
      if (type === 'IDAT') return undefined;
      break;
    }
    const end = dataEnd + chunkEnd;
    // The checksum alone is missing: not every decoder looks for it.
    if (end > file.length) return file;
    hasPixels ||= type === 'IDAT';
    if (colourSpaces.has(type)) {
      parts.push(file.subarray(from, at));
      from = end;
    }
    if (type === 'IEND') return parts.length === 0 ? file : joined([...parts, file.subarray(from)]);
    at = end;
  }
  return hasPixels ? joined([...parts, file.subarray(from, at), endChunk]) : undefined;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
