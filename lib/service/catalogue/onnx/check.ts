import { externalDataOf } from './external-data.ts';
import { OnnxFile, OnnxFileError } from './onnx-file.ts';

/** What people take for ONNX files: how such a file begins, from which byte on, what it is, and what helps. */
const others = [
  [
    4,
    'ORTM',
    'in the .ort format, optimised for one kind of processor',
    'add the .onnx file that it was made from',
  ],
  [4, 'TFL3', 'a TensorFlow Lite model', 'convert it to ONNX with tf2onnx'],
  [
    0,
    'version https://git-lfs',
    'a pointer of Git LFS, not the file itself',
    'get it with: git lfs pull',
  ],
  [0, 'PK\x03\x04', 'a zip archive, as PyTorch and Keras save models', 'export the model to ONNX'],
  [0, '\x89HDF', 'an HDF5 file, as Keras saves models', 'export the model to ONNX'],
] as const;

/**
 * Checks that a file is an ONNX model.
 *
 * @throws {@link OnnxFileError} saying what it is instead, as far as that can be told
 */
export function checkIsOnnx(file: OnnxFile): void {
  const beginning = file.read({ start: 0, end: 32 }).toString('latin1');
  const other = others.find(([at, magic]) => beginning.startsWith(magic, at));
  if (other) {
    const [, , what, help] = other;
    throw new OnnxFileError(`${file.path}: it is ${what}: ${help}`);
  }
  for (const { number } of file.fields(file.model)) if (number === graphField) return;
  throw new OnnxFileError(`${file.path}: it is not an ONNX file: there is no graph in it`);
}

const graphField = 7;

/**
 * Checks that a model is one ONNX file: what is deployed, and what its hash stands for, is that file alone.
 *
 * @param path - must exist
 * @throws {@link OnnxFileError} when it is no ONNX file, or names other files in which some of its weights lie
 */
export function checkIsWhole(path: string): void {
  const [first, ...more] = OnnxFile.open(path, otherFilesOf);
  if (first === undefined) return;
  const files = more.length === 0 ? `"${first}"` : `"${first}" and ${more.length} more files`;
  throw new OnnxFileError(
    `${path}: some of its weights lie in ${files}, which a catalogue does not deploy: npx mdi models add takes them into one file; remove this entry and add the model again`,
  );
}

function otherFilesOf(file: OnnxFile): Set<string> {
  checkIsOnnx(file);
  const locations = [...file.tensors()].map((span) => externalDataOf(file, span)?.location);
  return new Set(locations.filter((location) => location !== undefined));
}
