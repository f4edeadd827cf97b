import { shapeLabels } from '../../../shapes/figures.ts';
import { generateImage, imageSize } from '../../../shapes/generate.ts';
import { encodeJpeg } from '../../../shapes/jpeg.ts';
import type { LabelledImage } from './images.ts';
import { TruthError } from './labels.ts';

/** The seed of the held-out data set on which the accuracies of the catalogue `shapes` were measured. */
export const heldOutSeed = 1000;

/**
 * The first images of a data set of the catalogue `shapes`. They are drawn when they are first read and
 * kept, because every model reads them.
 *
 * @param options.side - of the images in pixels: a larger one is an enlarged drawing, since a camera's
 *   pictures have more pixels than the models see
 * @default options.side - that of the drawings
 * @throws {@link TruthError} when the catalogue has other labels
 */
export function generatedImages(
  { name, labels }: { readonly name: string; readonly labels: readonly string[] },
  { seed, count, side }: { seed: number; count: number; side?: number | undefined },
): LabelledImage[] {
  if (labels.join() !== shapeLabels.join()) {
    throw new TruthError(
      `images are generated for the labels of "shapes" only, not for those of "${name}": give a folder of images`,
    );
  }
  return Array.from({ length: count }, (_, index) => {
    let jpeg: Promise<Uint8Array> | undefined;
    const draw = () => encodeJpeg(generateImage({ seed, index }).pixels, imageSize, side);
    const read = () => {
      jpeg ??= draw();
      return jpeg;
    };
    return { name: `image ${index} of seed ${seed}`, label: index % shapeLabels.length, read };
  });
}
