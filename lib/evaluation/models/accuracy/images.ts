import { existsSync, globSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, sep } from 'node:path';
import { csvParseRows } from 'd3-dsv';
import { readTextFile } from '../../../service/catalogue/text.ts';
import { classIndex, labelIndex, TruthError } from './labels.ts';

/** An image whose true label is known. */
export interface LabelledImage {
  /** Its path or number, for messages. */
  readonly name: string;
  /** Index of its true label. */
  readonly label: number;
  /** The file's bytes: JPEG, PNG or WebP. */
  readonly read: () => Promise<Uint8Array>;
}

/** What the first column of a CSV may be called. */
const heading = /^\s*(file|file ?name|image|name|path)\s*$/i;

const extensions = ['.jpg', '.jpeg', '.png', '.webp'];

/**
 * The images of a folder with their true labels. A label comes from a CSV of `file,label` (given instead
 * of the folder, or the only CSV in it), else from the name of the sub-folder that an image is in, else
 * from the class index at the start of its own name, `0007_anything.jpg`.
 *
 * @throws {@link TruthError} when there are no images, or the label of one cannot be determined
 */
export function findImages(path: string, labels: readonly string[]): LabelledImage[] {
  if (!existsSync(path)) throw new TruthError(`${path}: no such file or folder`);
  const csv = csvOf(path);
  const images = csv ? imagesOfCsv(csv, labels) : imagesOfFolder(path, labels);
  if (images.length === 0) {
    throw new TruthError(`${path}: no images in it (${extensions.join(', ')})`);
  }
  return images;
}

/** At most `count` of the images, spread evenly over all of them: a folder's are sorted by class. */
export function someOf<T>(images: readonly T[], count: number): T[] {
  if (count >= images.length) return [...images];
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * images.length) / count)),
  );
  return images.filter((_, i) => chosen.has(i));
}

function csvOf(path: string): string | undefined {
  if (statSync(path).isFile()) {
    if (extname(path) === '.csv') return path;
    throw new TruthError(`${path}: neither a folder of images nor a CSV file`);
  }
  const files = globSync('*.csv', { cwd: path });
  if (files.length > 1) {
    throw new TruthError(`${path}: several CSV files; give the right one instead of the folder`);
  }
  return files[0] && join(path, files[0]);
}

function imagesOfFolder(folder: string, labels: readonly string[]): LabelledImage[] {
  return globSync('**/*', { cwd: folder })
    .filter((file) => extensions.includes(extname(file).toLowerCase()))
    .sort()
    .map((file) => imageOf(join(folder, file), truthOf(folder, file, labels)));
}

function truthOf(folder: string, file: string, labels: readonly string[]): number {
  const path = join(folder, file);
  const [directory = '', ...rest] = file.split(sep);
  if (rest.length > 0) return labelIndex(directory, labels, path);
  const index = /^(\d+)_/.exec(file)?.[1];
  if (index !== undefined) return classIndex(index, labels, path);
  throw new TruthError(
    `${path}: its label is not known; put images into sub-folders named by label, begin their names with the class index (0007_photo.jpg), or add a CSV of file,label`,
  );
}

function imagesOfCsv(path: string, labels: readonly string[]): LabelledImage[] {
  return csvParseRows(textOf(path)).flatMap(([file = '', label], i) => {
    if ((i === 0 && heading.test(file)) || (file === '' && label === undefined)) return [];
    const where = `${path}, line ${i + 1}`;
    const image = join(dirname(path), file.trim());
    if (!label) throw new TruthError(`${where}: must be file,label`);
    if (!existsSync(image)) throw new TruthError(`${where}: no file ${image}`);
    return imageOf(image, labelIndex(label.trim(), labels, where));
  });
}

function textOf(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    throw new TruthError(`${path}: cannot read the labels: ${(error as Error).message}`);
  }
}

function imageOf(path: string, label: number): LabelledImage {
  return { name: path, label, read: () => readFile(path) };
}
