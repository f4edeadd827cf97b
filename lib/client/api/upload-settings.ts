import type { EncodedImage, EncodeSettings } from './codec.ts';

/** How images are scaled down before they are uploaded. */
export interface UploadSettings {
  /** The longer side is scaled down to this many pixels. */
  readonly maxSide: number;
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
  /**
   * Makes an image smaller, where there is no `OffscreenCanvas`, as in React Native.
   *
   * @default - by `OffscreenCanvas`
   */
  readonly resize?: Resize | undefined;
}

/** Makes an image smaller; gives undefined to leave it as it is. */
export type Resize = (
  input: EncodedImage,
  settings: EncodeSettings,
) => Promise<EncodedImage | undefined>;
