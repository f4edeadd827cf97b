import type { EncodeSettings } from './codec.ts';

/** How images are made smaller before they are uploaded. */
export interface UploadSettings {
  /**
   * The longer side is scaled down to this many pixels.
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
   * The uploaded image's content type; PNG where the browser does not write WebP.
   *
   * @default 'image/jpeg'
   */
  readonly type?: EncodeSettings['type'] | undefined;
}

/**
 * What is uploaded of an image: what this network lets the service answer best (`adaptive`); the pixels
 * that the service's models see, hardly compressed (`view`); the image as it is (`original`) if the service
 * takes it; or the image made smaller as the settings say.
 */
export type Upload = 'adaptive' | 'view' | 'original' | UploadSettings;

/** The shorter side of most photos, in parts of the longer. */
export const usualShape = 3 / 4;

/** How a photo is encoded unless the app says it: hardly less accurate than the photo (docs/photos.md). */
export const usualUpload: EncodeSettings = { maxSide: 640, quality: 0.85, type: 'image/jpeg' };
