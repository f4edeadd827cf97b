import type { CropSize } from '../../core/preprocessing/crop.ts';
import type { Pixels } from '../../core/preprocessing/tensor.ts';
import type { EncodedImage } from './codec.ts';
import type { DeviceInput } from './image.ts';
import type { Upload } from './upload-settings.ts';

/** The image of one request: decoded once, by whoever needs it first. */
export interface PipelineImage {
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

/** Gets images ready for the models, on the device and in the cloud: `webImages`, `appImages`. */
export interface ImagePipeline {
  /** Starts what is needed, before the first image; never rejects. */
  prepare?(): Promise<void>;
  /**
   * Takes hold of an image: what a video or a canvas shows later no longer counts. Decodes nothing
   * yet, and never throws: what is wrong with the image is told by the calls.
   *
   * @param shorterSide - pixels that the models need of the shorter side: it may be decoded smaller
   * @param upload - what will be uploaded of it: no less is decoded
   */
  open(input: DeviceInput, shorterSide: number, upload?: Upload | undefined): PipelineImage;
  /** Releases a worker. */
  close?(): void;
}
