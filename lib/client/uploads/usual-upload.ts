import { imageContentTypes, imageTypeOf } from '../../core/contract/image-type.ts';
import { maxBodyBytes } from '../../core/contract/limits.ts';
import { formatBytes, itIs, otherFormatOf } from '../../core/contract/other-formats.ts';
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
    `${contentType}${file ? ` of ${bytesIn(file.image)} bytes` : ''} cannot be sent, nor made a ` +
      `JPEG, PNG or WebP of at most ${maxBodyBytes} bytes (${cause ?? 'there is no decoder here'})` +
      (file ? await whatItIs(file.image) : ''),
    { cause },
  );
}

async function whatItIs(file: ImageFile): Promise<string> {
  const format = otherFormatOf(await beginOf(file).catch(() => new Uint8Array()));
  return format ? `: ${itIs(format)}` : '';
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

/** The file with the content type that its bytes tell; undefined when the service would refuse it. */
async function asAccepted(file: EncodedImage): Promise<EncodedImage | undefined> {
  try {
    const begin = await beginOf(file.image);
    const contentType = imageTypeOf(begin);
    if (contentType) return { image: file.image, contentType };
    const isNamed = imageContentTypes.some((type) => type === file.contentType);
    return isNamed && !otherFormatOf(begin) ? file : undefined;
  } catch {
    // React Native does not let a Blob be read: the service decides.
    return file;
  }
}

/** A file's first bytes: as many as tell its format. */
async function beginOf(image: ImageFile): Promise<Uint8Array> {
  const begin = ArrayBuffer.isView(image)
    ? image.buffer.slice(
        image.byteOffset,
        image.byteOffset + Math.min(formatBytes, image.byteLength),
      )
    : image.slice(0, formatBytes);
  return new Uint8Array(begin instanceof Blob ? await begin.arrayBuffer() : begin);
}
