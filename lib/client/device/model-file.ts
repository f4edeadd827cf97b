import { DeviceModelError } from '../api/errors.ts';
import type { LoadProgress } from '../api/types.ts';

/** Keeps the files of models from one start to the next. */
export interface ModelStorage {
  /** The file with this hash, or undefined. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** Keeps a file; those of the same model with other hashes are not needed any more. */
  put(sha256: string, file: Uint8Array, modelName: string): Promise<void>;
}

/** A model's file, and how it is checked. */
export interface ModelFile {
  readonly name: string;
  readonly url: string;
  /** Hexadecimal; without it the file is neither checked nor kept. */
  readonly sha256?: string | undefined;
  readonly bytes?: number | undefined;
}

/**
 * Reads a model's file from the storage, or downloads it and keeps it there. A damaged one is fetched
 * again, and a storage that fails is done without.
 *
 * @throws {@link DeviceModelError} when it cannot be fetched, or is another file
 */
export async function loadModelFile(
  file: ModelFile,
  storage: ModelStorage | undefined,
  onProgress: (progress: LoadProgress) => void = () => undefined,
): Promise<Uint8Array> {
  const { name, sha256 } = file;
  const stored = sha256 && (await storage?.get(sha256).catch(() => undefined));
  if (stored && (await isRight(file, stored))) {
    onProgress({ loadedBytes: stored.length, totalBytes: stored.length });
    return stored;
  }
  const fetched = await download(file, onProgress);
  if (!(await isRight(file, fetched))) {
    throw new DeviceModelError(
      `${file.url} is not the file of "${name}" that its catalogue describes: its SHA-256 or its length ` +
        `(${fetched.length} bytes) is another`,
    );
  }
  if (sha256) await storage?.put(sha256, fetched, name).catch(() => undefined);
  return fetched;
}

async function isRight({ sha256, bytes }: ModelFile, file: Uint8Array): Promise<boolean> {
  if (bytes !== undefined && file.length !== bytes) return false;
  const subtle = globalThis.crypto?.subtle;
  // Without https there is no crypto, and whoever changes the file could change the page as well.
  if (!sha256 || !subtle) return true;
  const hash = new Uint8Array(await subtle.digest('SHA-256', file as Uint8Array<ArrayBuffer>));
  const text = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return text === sha256;
}

async function download(
  { name, url, bytes }: ModelFile,
  onProgress: (progress: LoadProgress) => void,
): Promise<Uint8Array> {
  const failed = (why: string, cause?: unknown) =>
    new DeviceModelError(`the file of "${name}" cannot be loaded: ${url} ${why}`, { cause });
  const response = await fetch(url).catch((error) => {
    throw failed('cannot be reached', error);
  });
  if (!response.ok) throw failed(`answered with status ${response.status}`);
  if (response.headers.get('content-type')?.startsWith('text/html')) throw failed('is a web page');
  // Of a compressed file the header tells another length than what is read.
  const isCompressed = response.headers.has('content-encoding');
  const told = isCompressed ? 0 : Number(response.headers.get('content-length') ?? 0);
  const totalBytes = bytes ?? (told || undefined);
  // React Native has no streams.
  const reader = response.body?.getReader?.();
  if (!reader) {
    const whole = new Uint8Array(await response.arrayBuffer());
    onProgress({ loadedBytes: whole.length, totalBytes });
    return whole;
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loadedBytes = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      chunks.push(part.value);
      loadedBytes += part.value.length;
      onProgress({ loadedBytes, totalBytes });
    }
  } catch (error) {
    throw failed(`broke off after ${loadedBytes} bytes`, error);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
