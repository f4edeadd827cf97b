import type { CropSize } from '../../core/preprocessing/crop.ts';
import {
  originalRung,
  rungName,
  type UploadEncoding,
  type UploadRung,
  viewEncoding,
} from '../../core/upload/rung.ts';
import type { ServedModels } from '../api/pipeline.ts';
import { isBetween } from '../api/shape.ts';

/** Bytes of a pixel of a view whose size nobody has measured. */
const usualBytesPerPixel = 0.5;
/** The longest side of a view that makes sense. */
const mostPixels = 8_192;

/** Whether this client can encode so. */
export type Writes = (encoding: UploadEncoding) => boolean;

/** What encoders write that leave no choice of the chroma's resolution, as canvases do. */
export const subsamples: Writes = ({ chroma }) => chroma !== '4:4:4';

/** A rung for which an image is encoded. */
export interface EncodedRung extends UploadRung {
  readonly encoding: UploadEncoding;
  /** What is cut out of the image; absent for a rung that is the whole image, made smaller. */
  readonly view: CropSize | undefined;
}

/** The ways to send an image to a service. */
export interface Ladder {
  readonly original: Pick<UploadRung, 'name' | 'accuracyLossPct'>;
  /** Those for which it is encoded; none when the service tells nothing to go by. */
  readonly encoded: readonly EncodedRung[];
}

/**
 * What a service tells of the ways to send it an image, without what makes no sense and what cannot be
 * encoded here. Where none is left, there is its view, of a quality that costs nothing.
 */
export function ladderOf(served: ServedModels | undefined, writes: Writes): Ladder {
  const told = rungsOf(served);
  const view = viewIn(served);
  const encoded = told.flatMap((rung) => {
    const { encoding } = rung;
    if (!encoding || !writes(encoding) || !(view || encoding.maxSide)) return [];
    return { ...rung, encoding, view: encoding.maxSide ? undefined : view };
  });
  return {
    original: told.find(({ name }) => name === originalRung) ?? unmeasured(originalRung),
    encoded: encoded.length > 0 ? encoded : losslessRungs(served, writes),
  };
}

/** A service's view, of a quality that costs nothing; none when it has no view, or has not told. */
export function losslessRungs(served: ServedModels | undefined, writes: Writes): EncodedRung[] {
  const view = viewIn(served);
  if (!view || !writes(viewEncoding)) return [];
  const name = rungName(viewEncoding);
  const meanBytes = usualBytesPerPixel * view.width * view.height;
  const rung = rungsOf(served).find((told) => told.name === name) ?? {
    ...unmeasured(name),
    meanBytes,
  };
  return [{ ...rung, encoding: viewEncoding, view }];
}

function unmeasured(name: string): UploadRung {
  return { name, meanBytes: 0, stdBytes: 0, accuracyLossPct: {} };
}

function viewIn(served: ServedModels | undefined): CropSize | undefined {
  const { view } = served ?? {};
  const isOne = [view?.width, view?.height].every((side) => isBetween(side, 1, mostPixels));
  return isOne ? view : undefined;
}

function rungsOf(served: ServedModels | undefined): readonly UploadRung[] {
  const rungs = served?.uploads?.rungs;
  if (!Array.isArray(rungs)) return [];
  return rungs.filter(
    ({ encoding, meanBytes, accuracyLossPct }) =>
      isBetween(meanBytes, 1, 1e9) &&
      accuracyLossPct &&
      (!encoding || isBetween(encoding.quality, 1, 100)),
  );
}
