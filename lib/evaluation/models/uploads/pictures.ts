import { type CropSize, cropSizeOf } from '../../../core/preprocessing/crop.ts';
import { fullPreprocessing, type RawInput } from '../../../core/preprocessing/preprocessing.ts';
import type { Pixels } from '../../../core/preprocessing/tensor.ts';
import { regionInView } from '../../../core/preprocessing/view.ts';
import type { UploadEncoding } from '../../../core/upload/rung.ts';
import type { ListedModel } from '../../../service/catalogue/schema.ts';
import { decodeImage } from '../../../service/inference/decode.ts';
import { sharp } from '../../../service/inference/native.ts';

/** A picture as it is sent. */
export interface SentPicture {
  readonly bytes: Uint8Array;
  /** Of a picture that is a catalogue's view already. */
  readonly view?: CropSize | undefined;
}

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
): Promise<SentPicture[]> {
  if (view) {
    const { width, height } = view;
    const pixels = { data: await decodeImage(original, view), width, height };
    return Promise.all(
      encodings.map(async (encoding) => ({
        bytes: await encode(ofPixels(pixels), encoding),
        view,
      })),
    );
  }
  return Promise.all(
    encodings.map(async (encoding) => ({
      bytes: await encode(withinSide(original, encoding.maxSide), encoding),
    })),
  );
}

type Image = ReturnType<typeof sharp>;

function ofPixels({ data, width, height }: Pixels): Image {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function withinSide(original: Uint8Array, side: number | undefined): Image {
  return sharp(original, { limitInputPixels: false })
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .flatten();
}

function encode(image: Image, { type, quality, chroma }: UploadEncoding): Promise<Uint8Array> {
  return type === 'image/webp'
    ? image.webp({ quality }).toBuffer()
    : image.jpeg({ quality, chromaSubsampling: chroma ?? '4:2:0' }).toBuffer();
}

/** What a model sees of a picture, as a PNG of just these pixels. */
export async function seenBy(crop: CropSize, { bytes, view }: SentPicture): Promise<Uint8Array> {
  const { width, height } = crop;
  const data = view ? await cutOut(bytes, view, crop) : await decodeImage(bytes, crop);
  return ofPixels({ data, width, height }).png({ compressionLevel: 0 }).toBuffer();
}

function cutOut(bytes: Uint8Array, view: CropSize, crop: CropSize): Promise<Uint8Array> {
  const { scaled, region } = regionInView(view, crop);
  const { x: left, y: top, width, height } = region;
  return sharp(bytes)
    .resize({ ...scaled, fit: 'fill' })
    .extract({ left, top, width, height })
    .raw()
    .toBuffer();
}

/** What a model needs of a picture. */
export function cropOf({ preprocessing }: ListedModel, input: RawInput): CropSize {
  return cropSizeOf({}, fullPreprocessing(preprocessing, input), input);
}

/** A model to which pictures are given that have been scaled and cut already. */
export function takingCrops<Model extends Pick<ListedModel, 'preprocessing'>>(model: Model): Model {
  const { preprocessing } = model;
  return preprocessing
    ? { ...model, preprocessing: { ...preprocessing, resizeShorterSide: undefined } }
    : model;
}
