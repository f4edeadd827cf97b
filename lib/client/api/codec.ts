import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { DeviceInput, ImageFile } from './image.ts';

/** Decodes an image to pixels, in the size that a model needs. */
export type Decode = (input: DeviceInput, size: CropSize) => Promise<Pixels>;

/** How images are made smaller before they are uploaded. */
export interface UploadSettings {
  /**
   * The longer side is scaled down to this many pixels; a smaller image keeps its size.
   *
   * @default 640
   */
  readonly maxSide?: number | undefined;
  /**
   * Quality of the compression, 0 to 1.
   *
   * @default 0.85
   */
  readonly quality?: number | undefined;
  /**
   * The uploaded image's content type.
   *
   * @default 'image/jpeg'
   */
  readonly type?: 'image/jpeg' | 'image/webp' | 'image/png' | undefined;
}

/**
 * What is uploaded: images made smaller as the settings say, or each as it is (`original`) if the
 * service takes it.
 */
export type Upload = UploadSettings | 'original';

/** An encoded image file. */
export interface EncodedImage {
  readonly image: ImageFile;
  readonly contentType: string;
}

/** One image of one request: decoded once, by whoever needs it first. */
export interface OpenImage {
  /** The part that a model sees, in its size: scaled and cropped as the service does it. */
  pixels(size: CropSize): Promise<Pixels>;
  /**
   * What is uploaded of it: a file that the service takes, within its limit, upright.
   *
   * @throws {@link ImageFormatError} when none can be made of it
   */
  upload(settings: Upload | undefined): Promise<EncodedImage>;
  /** Frees the memory; calls that are under way may fail. */
  close(): void;
}

/** Decodes and encodes images: in a worker, in the thread that calls, or by the app's own means. */
export interface ImageCodec {
  /**
   * Takes hold of an image: what a video or a canvas shows later no longer counts. Decodes nothing
   * yet, and never throws: what is wrong with the image is told by the calls.
   *
   * @param shorterSide - pixels that the shorter side will be needed with: it may be decoded smaller
   */
  open(input: DeviceInput, shorterSide: number): OpenImage;
  /** Releases a worker. */
  close?(): void;
}
