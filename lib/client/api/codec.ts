import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { UploadEncoding } from '../../core/upload/rung.ts';
import type { DeviceInput, ImageFile } from './image.ts';

/** Decodes an image to pixels, in the size that a model needs. */
export type Decode = (input: DeviceInput, size: CropSize) => Promise<Pixels>;

/** How an image is encoded for its upload. */
export interface EncodeSettings {
  /** The longer side is scaled down to this many pixels; a smaller image keeps its size. */
  readonly maxSide: number;
  /** Quality of the compression, 0 to 1. */
  readonly quality: number;
  readonly type: 'image/jpeg' | 'image/webp' | 'image/png';
}

/** An encoded image file. */
export interface EncodedImage {
  readonly image: ImageFile;
  readonly contentType: string;
}

/** One image of one request: decoded once, by whoever needs it first. */
export interface OpenImage {
  /** The part that a model sees, in its size: scaled and cropped as the service does it. */
  pixels(size: CropSize): Promise<Pixels>;
  /** The image as a smaller file, upright. */
  encode(settings: EncodeSettings): Promise<EncodedImage>;
  /** The part that the service's models see, in the size of their view, as a file. */
  view(view: CropSize, encoding: UploadEncoding): Promise<EncodedImage>;
  /** Frees the memory; calls that are under way may fail. */
  close(): void;
}

/** Decodes and encodes images: in a worker, in the thread that calls, or by the app's own means. */
export interface ImageCodec {
  /** Starts what the first image would otherwise have to do without, such as a worker; never rejects. */
  prepare?(): Promise<void>;
  /**
   * Whether it can, as far as it knows, encode views so: one that turns out to have another content type
   * is not asked for again. Absent where no views can be made.
   */
  writes?(encoding: UploadEncoding): boolean;
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
