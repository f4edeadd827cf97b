import { maxBodyBytes } from '../../core/contract/limits.ts';
import type { EncodedImage, EncodeSettings, OpenImage } from '../api/codec.ts';
import type { DeviceInput, ImageFile } from '../api/image.ts';
import { ImageFormatError } from '../api/image-errors.ts';
import { type Upload, usualUpload } from '../api/upload-settings.ts';
import { isFile } from '../images/capture.ts';

/** Files of at most this many bytes are sent as they are, unless the app has settings of its own. */
const smallBytes = 150_000;
/** Each attempt to make an image fit has this part of the last one's sides and quality. */
const smallerBy = 0.75;
/** Attempts to make an image fit: after so many it has a hundredth of its pixels. */
const attempts = 8;
/** What an app that wants its images as they are gets of one that cannot be sent so. */
const almostWhole: EncodeSettings = { maxSide: 4_096, quality: 0.92, type: 'image/jpeg' };
const rawTensor = 'application/octet-stream';
/** How the files begin that the service takes. */
const acceptedBytes = {
  'image/jpeg': /^\xff\xd8\xff/,
  'image/png': /^\x89PNG/,
  'image/webp': /^RIFF....WEBP/s,
};

/**
 * What is uploaded of an image unless its view is: what the service takes, within its limit, and small. A
 * raw tensor stays as it is.
 *
 * @throws {@link ImageFormatError} when no such file can be made of it
 */
export async function uploadOf(
  open: Pick<OpenImage, 'encode'>,
  input: DeviceInput,
  upload: Upload | undefined,
): Promise<EncodedImage> {
  const { image, contentType } = input;
  const file = isFile(image) ? { image, contentType } : undefined;
  if (file && contentType === rawTensor) return file;
  const asItIs = await originalOf(input);
  const own = typeof upload === 'object' ? upload : undefined;
  const mostBytes = upload === 'original' ? maxBodyBytes : smallBytes;
  if (asItIs && !own && bytesIn(asItIs.image) <= mostBytes) return asItIs;

  const usual = upload === 'original' ? almostWhole : usualUpload;
  const { type = usual.type, ...settings } = own ?? {};
  let { maxSide = usual.maxSide, quality = usual.quality } = settings;
  let cause: unknown;
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const how = { maxSide, quality, type };
      const encoded = await open.encode(how);
      if (asItIs && bytesIn(encoded.image) >= bytesIn(asItIs.image)) break;
      if (bytesIn(encoded.image) <= maxBodyBytes) return encoded;
      maxSide *= smallerBy;
      quality *= smallerBy;
    }
  } catch (error) {
    cause = error;
  }
  if (asItIs) return asItIs;
  throw new ImageFormatError(
    `${contentType}${file ? ` of ${bytesIn(image as ImageFile)} bytes` : ''} cannot be sent, nor made a ` +
      `JPEG, PNG or WebP of at most ${maxBodyBytes} bytes (${cause ?? 'there is no decoder here'})`,
    { cause },
  );
}

/** The file as it is sent when nothing is done to it; undefined when the service would refuse it. */
export async function originalOf({
  image,
  contentType,
}: DeviceInput): Promise<EncodedImage | undefined> {
  const accepted = isFile(image) ? await asAccepted({ image, contentType }) : undefined;
  if (!accepted) return undefined;
  const bytes = bytesIn(accepted.image);
  return bytes > 0 && bytes <= maxBodyBytes ? accepted : undefined;
}

/** The number of bytes. */
export function bytesIn(image: ImageFile): number {
  return 'size' in image ? image.size : image.byteLength;
}

/** The file with the content type that it is sent with; undefined when the service would refuse it. */
async function asAccepted(file: EncodedImage): Promise<EncodedImage | undefined> {
  if (file.contentType in acceptedBytes) return file;
  const { image } = file;
  try {
    const begin = ArrayBuffer.isView(image)
      ? image.buffer.slice(image.byteOffset, image.byteOffset + 12)
      : image.slice(0, 12);
    const bytes = new Uint8Array(begin instanceof Blob ? await begin.arrayBuffer() : begin);
    const text = String.fromCharCode(...bytes);
    const [contentType] = Object.entries(acceptedBytes).find(([, is]) => is.test(text)) ?? [];
    return contentType === undefined ? undefined : { image, contentType };
  } catch {
    // React Native does not let a Blob be read: the service decides.
    return file;
  }
}
