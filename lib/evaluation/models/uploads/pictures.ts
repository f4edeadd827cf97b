import type { CropSize } from '../../../core/preprocessing/crop.ts';
import type { UploadEncoding } from '../../../core/upload/rung.ts';
import { decodeImage } from '../../../service/inference/decode.ts';
import { sharp } from '../../../service/inference/native.ts';

type Image = ReturnType<typeof sharp>;

/**
 * Encodes a picture in several ways, as a client does that cuts the view out with the service's own
 * resampling.
 *
 * @param view - what is cut out; without it each encoding says how large the picture may be
 * @returns in the order of `encodings`
 * @throws {@link UndecodableImageError} when it cannot be decoded
 */
export async function encodePicture(
  original: Uint8Array,
  encodings: readonly UploadEncoding[],
  view: CropSize | undefined,
): Promise<Uint8Array[]> {
  const cut = view && (await cutOut(original, view));
  return Promise.all(
    encodings.map((encoding) => encode(cut?.clone() ?? scaledDown(original, encoding), encoding)),
  );
}

async function cutOut(original: Uint8Array, view: CropSize): Promise<Image> {
  const { width, height } = view;
  return sharp(await decodeImage(original, view), { raw: { width, height, channels: 3 } });
}

function scaledDown(original: Uint8Array, { maxSide }: UploadEncoding): Image {
  return sharp(original, { limitInputPixels: false })
    .autoOrient()
    .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
    .flatten();
}

function encode(image: Image, { type, quality, chroma }: UploadEncoding): Promise<Uint8Array> {
  return type === 'image/webp'
    ? image.webp({ quality }).toBuffer()
    : image.jpeg({ quality, chromaSubsampling: chroma ?? '4:2:0' }).toBuffer();
}
