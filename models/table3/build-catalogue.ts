import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Preprocessing } from '../../lib/core/preprocessing/preprocessing.ts';
import {
  type Table3Name,
  type Table3Row,
  table3Rows,
} from '../../lib/evaluation/engine/profiles/table-3.ts';
import {
  type Catalogue,
  type CatalogueModel,
  catalogueSchema,
} from '../../lib/service/catalogue/schema.ts';
import { sharp } from '../../lib/service/inference/native.ts';
import { generateImage } from '../../lib/shapes/generate.ts';
import { table3Networks } from './networks.ts';

/** What Table III's accuracies are about, which these files are not. */
const accuracySource =
  'top-1 of the pretrained model (Table III of MDInference, arXiv 2002.06603); ' +
  'the weights in this file have no meaning';

/** Decoded images are fitted to each model's size; raw ones come in the size of the largest. */
const rawSide = 331;

/** Pixels of 0 to 255 become -1 to 1, as for the pretrained models. */
const preprocessing: Partial<Preprocessing> = {
  layout: 'NCHW',
  dtype: 'float32',
  scale: 1 / 127.5,
  mean: [1, 1, 1],
};

const sample = { file: 'samples/photo-size.jpg', label: 'class-000' };

/** How {@link buildTable3} builds. */
export interface BuildOptions {
  /** The models' latencies for their catalogue entries, where they have been measured. */
  readonly references?: Partial<Record<Table3Name, CatalogueModel['reference']>>;
  /** Called after each model. */
  readonly progress?: (name: Table3Name, done: number, total: number) => void;
}

/**
 * Writes the catalogue `table3` to a folder: the networks of the paper's Table III with weights that
 * have no meaning, marked as `latencyOnly`, and a sample image to measure them with. The same
 * `.onnx` files come out every time.
 */
export async function buildTable3(
  directory: string,
  { references = {}, progress = () => {} }: BuildOptions = {},
): Promise<Catalogue> {
  mkdirSync(directory, { recursive: true });
  const models = table3Rows.map((row, i) => {
    const model = writeModel(directory, row, references[row.name]);
    progress(row.name, i + 1, table3Rows.length);
    return model;
  });
  await writeSample(join(directory, sample.file));
  const catalogue = {
    name: 'table3',
    task: 'image-classification',
    labels: Array.from({ length: 1000 }, (_, i) => `class-${String(i).padStart(3, '0')}`),
    input: { dtype: 'uint8', shape: [1, rawSide, rawSide, 3], layout: 'NHWC' },
    accuracySource,
    models,
    samples: [sample],
  };
  writeFileSync(join(directory, 'catalogue.json'), `${JSON.stringify(catalogue, null, 2)}\n`);
  return catalogueSchema.parse(catalogue);
}

function writeModel(
  directory: string,
  { name, accuracyPct }: Table3Row,
  reference: CatalogueModel['reference'],
): object {
  const { bytes } = table3Networks[name]();
  const file = `${name}.onnx`;
  writeFileSync(join(directory, file), bytes);
  return {
    name,
    version: '1',
    file,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    latencyOnly: true,
    accuracyPct,
    accuracySource,
    licence: 'Apache-2.0',
    preprocessing,
    reference,
  };
}

/** Any picture, but of the size that photos of ImageNet often have, so that decoding takes as long. */
async function writeSample(path: string): Promise<void> {
  const { pixels, width, height } = generateImage({ seed: 2000, index: 5, size: 500 });
  const raw = { width, height, channels: 3 } as const;
  const image = sharp(pixels, { raw }).resize({ width: 500, height: 375, fit: 'cover' });
  mkdirSync(dirname(path), { recursive: true });
  await image.jpeg({ quality: 80 }).toFile(path);
}
