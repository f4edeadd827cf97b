import { boxOf, type CropSize, cropSizeOf, type Region } from './crop.ts';
import {
  fullPreprocessing,
  type PreprocessingJson,
  type RawInput,
  type Size,
} from './preprocessing.ts';

/**
 * The view of a catalogue: the pixels that all its models' inputs can be made of, which is all that they
 * see of a picture. The smallest that does: as finely scaled as the model that needs the most, and as wide
 * as the one that sees the most.
 *
 * @returns what is cut out of a picture, or undefined when the models' inputs have different shapes
 */
export function viewOf(
  models: readonly { readonly preprocessing?: PreprocessingJson | undefined }[],
  input: RawInput,
): CropSize | undefined {
  const crops = models.map(({ preprocessing }) =>
    cropSizeOf({}, fullPreprocessing(preprocessing, input), input),
  );
  const [first, ...others] = [...crops].sort((a, b) => boxOf(b).height - boxOf(a).height);
  if (!first) return undefined;
  const box = boxOf(first);
  const isLike = (crop: CropSize) => {
    const { width, height } = boxOf(crop);
    return width * box.height === height * box.width;
  };
  if (!others.every(isLike)) return undefined;
  // A model that scales a picture to less sees as much with fewer pixels.
  const sees = (side: keyof Size) =>
    Math.max(...crops.map((crop) => Math.ceil((crop[side] * box[side]) / boxOf(crop)[side])));
  const [width, height] = [sees('width'), sees('height')];
  const shorter = Math.min(box.width, box.height);
  const isWhole = width === box.width && height === box.height;
  return { width, height, ...(!isWhole && { resizeShorterSide: shorter }) };
}

/** How a header tells the size of a view: `192x192`. */
export function sizeName({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** Why an image is refused that is said to be the view. */
export function notTheView(view: Size, image: Size): string {
  return `mdi-view says that the image is the view, which has ${sizeName(view)} pixels, but it has ${sizeName(image)}`;
}

/** What a model's pixels are made of, given a view: the view scaled to a size, and a part of that. */
export interface RegionOfView {
  readonly scaled: Size;
  readonly region: Region;
}

/**
 * How a model's pixels are cut out of a view.
 *
 * @param crop - what the model needs; of a picture that its catalogue's view serves, it is all there
 */
export function regionInView(view: CropSize, crop: CropSize): RegionOfView {
  const scale = Math.max(
    boxOf(crop).height / boxOf(view).height,
    crop.width / view.width,
    crop.height / view.height,
  );
  const { width, height } = crop;
  const scaled = { width: Math.round(view.width * scale), height: Math.round(view.height * scale) };
  const middle = (side: number, part: number) => Math.max(0, Math.floor((side - part) / 2));
  return {
    scaled,
    region: { x: middle(scaled.width, width), y: middle(scaled.height, height), width, height },
  };
}
