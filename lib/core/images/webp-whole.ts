/** `RIFF`, a length, `WEBP`; what the length counts begins behind it. */
const riffHead = 12;
const beforeRiff = 8;
const chunkHead = 8;
/** Those that hold a picture, and those that may come before it. */
const pictures: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'ANMF']);

/**
 * A WebP whose length is that of its chunks: decoders refuse another one, though all of the picture is there.
 *
 * @returns the file itself where nothing is to be done; undefined when a part of the picture is missing
 */
export function wholeWebp(file: Uint8Array): Uint8Array | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const told = beforeRiff + view.getUint32(4, true);
  let end = riffHead;
  let hasPicture = false;
  while (end < told && end + chunkHead <= file.length) {
    const type = String.fromCharCode(...file.subarray(end, end + 4));
    const dataEnd = end + chunkHead + view.getUint32(end + 4, true);
    if (dataEnd > file.length) break;
    hasPicture ||= pictures.has(type);
    end = dataEnd + (dataEnd % 2);
  }
  if (!hasPicture) return undefined;
  if (end === told && end <= file.length) return file;
  const whole = new Uint8Array(end);
  whole.set(file.subarray(0, end));
  new DataView(whole.buffer).setUint32(4, end - beforeRiff, true);
  return whole;
}
