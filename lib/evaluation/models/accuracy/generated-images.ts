import type { Catalogue } from '../../../service/catalogue/schema.ts';
import { shapeLabels } from '../../../shapes/figures.ts';
import { generateImage, imageSize } from '../../../shapes/generate.ts';
import { encodeJpeg } from '../../../shapes/jpeg.ts';
import type { LabelledImage } from './images.ts';
import { TruthError } from './labels.ts';

/** The held-out data set that the accuracies of the catalogue `shapes` are of. */
export const heldOutSeed = 1000;

/**
 * The first images of a data set of the catalogue `shapes`, drawn as they are read and kept, because
 * every model wants them.
 *
 * @throws {@link TruthError} for a catalogue of other labels
 */
export function generatedImages(
  { name, labels }: Pick<Catalogue, 'name' | 'labels'>,
  { seed, count }: { seed: number; count: number },
): LabelledImage[] {
  if (labels.join() !== shapeLabels.join()) {
    throw new TruthError(
      `images are generated for the labels of "shapes" only, not for those of "${name}": give a folder of images`,
    );
  }
  return Array.from({ length: count }, (_, index) => {
    let jpeg: Promise<Uint8Array> | undefined;
    const draw = () => encodeJpeg(generateImage({ seed, index }).pixels, imageSize);
    const read = () => {
      jpeg ??= draw();
      return jpeg;
    };
    return { name: `image ${index} of seed ${seed}`, label: index % shapeLabels.length, read };
  });
}
