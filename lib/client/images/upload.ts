import { maxBodyBytes } from '../../core/contract/limits.ts';
import type { EncodedImage, EncodeSettings, OpenImage } from '../api/codec.ts';
import type { DeviceInput, ImageFile, ImageInput } from '../api/image.ts';
import { ImageFormatError } from '../api/image-errors.ts';
import { type Upload, usualUpload } from '../api/upload-settings.ts';

/** Files of at most this many bytes are sent as they are, unless the app has settings of its own. */
const smallBytes = 150_000;
/** Each attempt to make an image fit has this part of the last one's sides and quality. */
const smallerBy = 0.75;
/** Attempts to make an image fit. */
const attempts = 8;

/** What an app that wants its images as they are gets of one that cannot be sent so. */
const almostWhole: EncodeSettings = { maxSide: 4_096, quality: 0.92, type: 'image/jpeg' };
const rawTensor = 'application/octet-stream';
/** What the service decodes, by its first bytes. */
const signatures: readonly (readonly [string, RegExp])[] = [
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/png', /^\x89PNG/],
  ['image/webp', /^RIFF....WEBP/s],
];

/**
 * What is uploaded of an image: what the service takes, within its limit, and small. A raw tensor stays
 * as it is.
 *
 * @throws {@link ImageFormatError} when no such file can be made of it
 */
export async function uploadOf(
  open: OpenImage,
  input: DeviceInput,
  upload: Upload | undefined,
): Promise<EncodedImage> {
  const type = input.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const file = isFile(input.image) ? { image: input.image, contentType: type } : undefined;
  if (file && type === rawTensor) return file;
  const accepted = file && (await asAccepted(file));
  const asItIs = accepted && bytesIn(accepted.image) <= maxBodyBytes ? accepted : undefined;
  const isSmall = asItIs && bytesIn(asItIs.image) <= smallBytes;
  if (asItIs && (upload === 'original' || (!upload && isSmall))) return asItIs;

  const settings = typeof upload === 'object' ? upload : {};
  const usual = upload === 'original' ? almostWhole : usualUpload;
  let { maxSide = usual.maxSide, quality = usual.quality } = settings;
  const { type: to = usual.type } = settings;
  let cause: unknown;
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const how = { maxSide, quality, type: to };
      const encoded = await open.encode(how);
      if (asItIs && bytesIn(encoded.image) >= bytesIn(asItIs.image)) break;
      if (bytesIn(encoded.image) <= maxBodyBytes) return encoded;
      maxSide = Math.round(maxSide * smallerBy);
      quality *= smallerBy;
    }
  } catch (error) {
    cause = error;
  }
  if (asItIs) return asItIs;
  const problem = accepted
    ? `the image has ${bytesIn(accepted.image)} bytes, and the service takes ${maxBodyBytes}`
    : `the service takes JPEG, PNG and WebP, and no ${type || 'file of another format'}`;
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  throw new ImageFormatError(`${problem}; nothing here makes it one that can be sent${reason}`, {
    cause,
  });
}

/** The number of bytes. */
export function bytesIn(image: ImageFile): number {
  return 'byteLength' in image ? image.byteLength : image.size;
}

function isFile(image: ImageInput): image is ImageFile {
  return image instanceof Blob || image instanceof ArrayBuffer || ArrayBuffer.isView(image);
}

/** The file with the content type that it has for the service; undefined when the service refuses it. */
async function asAccepted(file: EncodedImage): Promise<EncodedImage | undefined> {
  if (signatures.some(([type]) => type === file.contentType)) return file;
  const begin = await beginOf(file.image);
  // Whoever cannot tell lets the service decide.
  if (begin === undefined) return file;
  const [contentType] = signatures.find(([, bytes]) => bytes.test(begin)) ?? [];
  return contentType === undefined ? undefined : { ...file, contentType };
}

/** The first bytes, one a character; undefined where a Blob cannot be read, as in React Native. */
async function beginOf(image: ImageFile): Promise<string | undefined> {
  try {
    const bytes =
      'byteLength' in image
        ? bytesOf(image).subarray(0, 12)
        : new Uint8Array(await image.slice(0, 12).arrayBuffer());
    return String.fromCharCode(...bytes);
  } catch {
    return undefined;
  }
}

function bytesOf(image: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(image)) return new Uint8Array(image);
  return new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
}
