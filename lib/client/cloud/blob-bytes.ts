/** The part of `FileReader` that React Native has. */
interface Reader {
  result: unknown;
  onload: () => void;
  onerror: () => void;
  readAsDataURL(blob: Blob): void;
}

/**
 * The bytes of a Blob, also of React Native's, which has no `arrayBuffer`.
 *
 * @throws TypeError when there is no means to read it
 */
export async function blobBytes(blob: Blob): Promise<ArrayBuffer | Uint8Array> {
  if (typeof blob.arrayBuffer === 'function') return await blob.arrayBuffer();
  const { FileReader } = globalThis as unknown as { FileReader?: new () => Reader };
  if (!FileReader) throw new TypeError('this Blob cannot be read here: pass its bytes instead');
  const reader = new FileReader();
  await new Promise<void>((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = () => reject(new TypeError('the Blob cannot be read: pass its bytes instead'));
    reader.readAsDataURL(blob);
  });
  const [, base64 = ''] = String(reader.result).split(',', 2);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
