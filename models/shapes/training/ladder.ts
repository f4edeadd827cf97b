import { readFileSync } from 'node:fs';

/** The catalogue's folder. */
export const catalogueFolder = new URL('../', import.meta.url);

/**
 * The models from the fastest to the slowest. A name says network, resolution in pixels and number
 * of averaged views; `export.py` builds the graph from it.
 */
export const ladder: readonly string[] = readFileSync(
  new URL('ladder.txt', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n');

/**
 * The model that clients run on the device: the most accurate one that costs a phone next to nothing (less
 * than a millisecond, a download of the size of a photo).
 */
export const deviceModel = 'resnet-24-views4';

/** The ONNX file of a model. */
export function modelFile(name: string): URL {
  return new URL(`${name}.onnx`, catalogueFolder);
}
