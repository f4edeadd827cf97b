import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { shapeLabels } from '../../../lib/shapes/figures.ts';
import { imageSize } from '../../../lib/shapes/generate.ts';
import { jpegQuality } from '../../../lib/shapes/jpeg.ts';
import { catalogueFolder, deviceModel, ladder, modelFile } from './ladder.ts';
import { type Accuracy, type Latency, readReport, type Scaling, toText } from './report.ts';

/** Writes catalogue.json from the model files, accuracy.json, latency.json and scaling.json. */
const accuracy = readReport<Accuracy>('accuracy.json', '');
const latency = readReport<Latency>('latency.json', '');
const scaling = readReport<Scaling>('scaling.json', '');

const models = ladder.map((name) => {
  const bytes = readFileSync(modelFile(name));
  const measured = accuracy.models[name];
  const timed = latency.models[name];
  if (!measured || !timed)
    throw new Error(`Run evaluate.ts and time.ts first: nothing on ${name}.`);
  const share = measured.correct / measured.images;
  const standardErrorPct = 100 * Math.sqrt((share * (1 - share)) / measured.images);
  return {
    name,
    version: '1',
    file: `${name}.onnx`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    accuracyPct: Number((100 * share).toFixed(2)),
    accuracySource:
      `${measured.images} images of seed ${measured.seed}, ` +
      `standard error ${standardErrorPct.toFixed(2)}; ${accuracy.command}`,
    reliability: measured.reliability,
    rightAlongsideDevice: measured.rightAlongsideDevice,
    licence: 'Apache-2.0',
    output: 'logits',
    memoryMb: 1769,
    reference: {
      meanMs: timed.meanMs,
      stdMs: timed.stdMs,
      parallelShare: scaling.models[name]?.parallelShare,
      what: timed.what,
    },
  };
});

const [first] = ladder;
const test = accuracy.models[first ?? ''];
const catalogue = {
  name: 'shapes',
  task: 'image-classification',
  labels: shapeLabels,
  input: { dtype: 'uint8', shape: [1, imageSize, imageSize, 3], layout: 'NHWC' },
  accuracySource:
    `top-1 on ${test?.images} images drawn by lib/shapes (seed ${test?.seed}, never trained on), ` +
    `each as JPEG of quality ${jpegQuality}; ${accuracy.command}`,
  onDevice: deviceModel,
  models,
  samples: shapeLabels.map((label) => ({ file: `samples/${label}.jpg`, label })),
};
writeFileSync(new URL('catalogue.json', catalogueFolder), toText(catalogue));
