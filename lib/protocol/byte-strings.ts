const lengthBytes = 4;

/** How many elements the binary data of a BYTES tensor holds; undefined when it does not end with one. */
export function lengthOfByteStrings(bytes: Uint8Array): number | undefined {
  let count = 0;
  let end = 0;
  for (const [, next] of spans(bytes)) {
    count++;
    end = next;
  }
  return end === bytes.length ? count : undefined;
}

/** The elements of a BYTES tensor, from its binary data. */
export function splitByteStrings(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  return Array.from(spans(bytes), ([start, end]) => bytes.subarray(start, end));
}

/** The binary data of a BYTES tensor: each element behind its length, little-endian. */
export function joinByteStrings(elements: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const total = elements.reduce((sum, { length }) => sum + lengthBytes + length, 0);
  const joined = new Uint8Array(total);
  const view = new DataView(joined.buffer);
  let offset = 0;
  for (const element of elements) {
    view.setUint32(offset, element.length, true);
    joined.set(element, offset + lengthBytes);
    offset += lengthBytes + element.length;
  }
  return joined;
}

/** Where the elements begin and end, as far as they are whole. */
function* spans(bytes: Uint8Array): Generator<[start: number, end: number]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  while (offset + lengthBytes <= bytes.length) {
    const start = offset + lengthBytes;
    const end = start + view.getUint32(offset, true);
    if (end > bytes.length) return;
    yield [start, end];
    offset = end;
  }
}
