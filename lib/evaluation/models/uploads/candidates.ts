import type { CropSize } from '../../../core/preprocessing/crop.ts';
import type { UploadEncoding } from '../../../core/upload/rung.ts';

/** Encoders of browsers have no choice of the chroma: 4:4:4 is for apps. */
const viewQualities = [
  { type: 'image/jpeg', qualities: [95, 90, 85, 75, 60, 45] },
  { type: 'image/jpeg', chroma: '4:4:4', qualities: [90, 85, 75, 60] },
  { type: 'image/webp', qualities: [90, 80, 70, 60, 50] },
] as const;

const scaled = { maxSides: [1024, 640, 448, 320], qualities: [90, 75] };

/**
 * The ways to encode a picture that are worth measuring: those of the view, or smaller pictures where there
 * is none.
 */
export function candidateEncodings(view: CropSize | undefined): UploadEncoding[] {
  return view
    ? viewQualities.flatMap(({ qualities, ...format }) =>
        qualities.map((quality) => ({ ...format, quality })),
      )
    : scaled.maxSides.flatMap((maxSide) =>
        scaled.qualities.map((quality) => ({ type: 'image/jpeg' as const, quality, maxSide })),
      );
}
