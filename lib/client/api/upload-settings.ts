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
 * What is uploaded: images made smaller as the settings say, or each as it is (`original`) if the
 * service takes it.
 */
export type Upload = UploadSettings | 'original';

/** The shorter side of most photos, in parts of the longer. */
export const usualShape = 3 / 4;

/** Pixels of the shorter side that an upload needs of a photo; 0 when it is sent as it is. */
export function shorterSideOf(upload: Upload | undefined): number {
  if (upload === 'original') return 0;
  return (upload?.maxSide ?? usualUpload.maxSide) * usualShape;
}

/** How a photo is encoded unless the app says it: hardly less accurate than the photo (docs/photos.md). */
export const usualUpload: EncodeSettings = { maxSide: 640, quality: 0.85, type: 'image/jpeg' };
