import { describe, expect, it } from 'vitest';
import {
  type InspectOptions,
  inspectModel,
} from '../../../../../lib/evaluation/models/edit/inspect.ts';
import {
  type OddOptions,
  oddLabels,
  oddModel,
  oddPreprocessing,
  scores,
  step,
} from '../../../../fixtures/odd-models.ts';
import type { Value } from '../../../../fixtures/onnx.ts';

type Said = Partial<InspectOptions>;

const inspect = (options: OddOptions, { preprocessing, ...said }: Said = {}) =>
  inspectModel(oddModel(options), {
    labels: oddLabels,
    preprocessing: { ...oddPreprocessing, ...preprocessing },
    ...said,
  });

const softmax = step('Softmax', ['logits', 'p'], { axis: 1 });
const quantised = (step: number, zero: number, type: 'uint8' | 'int8'): OddOptions => ({
  classes: 1000,
  after: [
    softmax,
    { op: 'QuantizeLinear', inputs: ['p', 'scale', 'zero'], output: 'q' },
    { op: 'DequantizeLinear', inputs: ['q', 'scale', 'zero'], output: 'y' },
  ],
  weights: {
    scale: { shape: [], values: [step] },
    zero: { type, shape: [], values: [zero] },
  },
});
const thousand = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
const image = (change: Partial<Value>): OddOptions => ({ input: change });
const reshape = (shape: readonly number[]): OddOptions => ({
  after: [{ op: 'Reshape', inputs: ['logits', 'shape'], output: 'y' }],
  outputs: [scores('y', { shape })],
  weights: { shape: { type: 'int64', shape: [shape.length], values: shape } },
});
const cast = (to: number) => step('Cast', ['x', 'image'], { to });
const [float32, float16, float64] = [1, 10, 11];

/** Features and logits of the same length, the features first. */
const twins: OddOptions = {
  after: [step('Tanh', ['logits', 'features5'])],
  outputs: [scores('features5'), scores('logits')],
};
const topK: OddOptions = {
  after: [{ op: 'TopK', inputs: ['logits', 'k'], output: ['values', 'indices'] }],
  outputs: [scores('values'), scores('indices', { type: 'int64' })],
  weights: { k: { type: 'int64', shape: [1], values: [5] } },
};
const dropout: OddOptions = {
  after: [{ op: 'Dropout', inputs: ['logits', 'ratio', 'training'], output: 'y' }],
  weights: {
    ratio: { shape: [], values: [0.5] },
    training: { type: 'bool', shape: [], values: [1] },
  },
};
const sigmoid: OddOptions = { after: [step('Sigmoid', ['logits', 'y'])] };
const openImage = { shape: ['n', 'c', 'h', 'w'] };

describe('what a model’s answers mean', () => {
  it.each<[string, OddOptions, object, Said?]>([
    ['logits', {}, { output: 'logits' }],
    [
      'logits that are never negative',
      { after: [step('Relu', ['logits', 'y'])], gain: 3 },
      { output: 'logits' },
    ],
    ['a softmax', { after: [softmax] }, { output: 'probabilities' }],
    [
      'a log-softmax',
      { after: [step('LogSoftmax', ['logits', 'y'], { axis: 1 })] },
      { output: 'logits' },
    ],
    ['a sigmoid, as it was said', sigmoid, { output: 'sigmoid' }, { output: 'sigmoid' }],
    [
      'small logits, as it was said',
      { gain: 0.03, shift: 0.5 },
      { output: 'logits' },
      { output: 'logits' },
    ],
    [
      'a quantised softmax of 1,000 classes',
      quantised(1 / 256, 0, 'uint8'),
      { output: 'probabilities' },
      { labels: thousand },
    ],
    [
      'one of int8',
      quantised(1 / 256, 128, 'int8'),
      { output: 'probabilities' },
      { labels: thousand },
    ],
    [
      '1,001 classes',
      { classes: 6, after: [softmax] },
      { output: 'probabilities', backgroundClass: 'first' },
      { backgroundClass: 'first' },
    ],
    [
      'the named one of two outputs',
      twins,
      { output: 'logits', outputName: 'logits' },
      { outputName: 'logits' },
    ],
    ['[1, C, 1, 1]', reshape([1, 5, 1, 1]), { output: 'logits' }],
    ['[1, 1, 1, C]', reshape([1, 1, 1, 5]), { output: 'logits' }],
    ['[C]', reshape([5]), { output: 'logits' }],
  ])('%s', async (_, options, expected, said) => {
    expect(await inspect(options, said)).toMatchObject(expected);
  });

  it.each<[string, OddOptions, RegExp, Said?]>([
    [
      'a sigmoid',
      sigmoid,
      /"y" of float32 \[1, 5\]: each from .* to .*, sums from .*neither logits nor probabilities for certain.*--scores sigmoid/,
    ],
    [
      'logits that all lie between 0 and 1',
      { gain: 0.03, shift: 0.5 },
      /neither logits nor probabilities for certain/,
    ],
    [
      'percent',
      {
        after: [softmax, { op: 'Mul', inputs: ['p', 'hundred'], output: 'y' }],
        weights: { hundred: { shape: [], values: [100] } },
      },
      /sums from 100 to 100.*neither/,
    ],
    [
      'two outputs of the same length',
      twins,
      /2 outputs: "features5" of .*; "logits" of float32 \[1, 5\], 5 numbers, each from .*\(logits\)\. Which one .*--output NAME/,
    ],
    [
      'features beside scores',
      { outputs: [scores('features', { shape: [1, 3] }), scores('logits')] },
      /"features" of float32 \[1, 3\], 3 numbers, each .*--output NAME/,
    ],
    [
      'an output that is not there',
      twins,
      /no output "z", but "features5" of/,
      { outputName: 'z' },
    ],
    [
      'a class more than labels',
      { classes: 6 },
      /6 scores, but .* 5 labels: one more.*--background-class first/,
    ],
    ['a background class too many', {}, /4 scores, but .* 5 labels$/, { backgroundClass: 'last' }],
    [
      'the single score of two classes',
      { classes: 1, after: [step('Sigmoid', ['logits', 'y'])] },
      /1 score, but .* 2 labels: a single one, .*Sub, Concat/,
      { labels: ['cat', 'dog'] },
    ],
    [
      'other scores than labels',
      {},
      /5 scores, but the catalogue has 3 labels$/,
      { labels: ['a', 'b', 'c'] },
    ],
    [
      'maps, as those of scikit-learn',
      {
        after: [
          {
            op: 'ZipMap',
            inputs: ['logits'],
            output: 'y',
            domain: 'ai.onnx.ml',
            attributes: { classlabels_int64s: [0, 1, 2, 3, 4] },
          },
        ],
        outputs: [scores('y', { type: 'maps' })],
        file: { domains: ['ai.onnx.ml'] },
      },
      /"y" \(a sequence or a map\) is not a tensor of scores .*ZipMap/,
    ],
    [
      'scores of two dimensions',
      { classes: 6, ...reshape([1, 2, 3]) },
      /\[1, 2, 3\] is not one score for each label/,
      { labels: [...oddLabels, 'f'] },
    ],
    ['TopK', topK, /"values".*in descending order/],
    [
      'TopK, also when it was named',
      topK,
      /always in descending order.*TopK/,
      { outputName: 'values' },
    ],
    [
      'indices that were named',
      topK,
      /"indices" of int64 \[1, 5\] is not a tensor of scores .*may be "values"/,
      { outputName: 'indices' },
    ],
    [
      'the label alone',
      {
        after: [step('ArgMax', ['logits', 'y'], { axis: 1, keepdims: 0 })],
        outputs: [scores('y', { type: 'int64', shape: [1] })],
      },
      /int64 \[1\] is not a tensor of scores .*ArgMax/,
    ],
    [
      'quantised scores',
      {
        after: [{ op: 'QuantizeLinear', inputs: ['logits', 's', 'z'], output: 'y' }],
        outputs: [scores('y', { type: 'uint8' })],
        weights: {
          s: { shape: [], values: [0.1] },
          z: { type: 'uint8', shape: [], values: [128] },
        },
      },
      /uint8 .*end it with DequantizeLinear/,
    ],
    [
      'a softmax over the batch',
      { after: [step('Softmax', ['logits', 'y'], { axis: 0 })] },
      /score 1: its softmax is over the batch/,
    ],
    [
      'weights that are missing',
      { gain: 0, shift: 1.5 },
      /answers all 10 pictures .* alike.*weights that are missing/,
    ],
    ['dropout in training mode', dropout, /same picture differently each time.*dropout/],
    [
      'NaN on black',
      {
        after: [
          step('Log', ['features', 'l']),
          { op: 'MatMul', inputs: ['l', 'weights'], output: 'y' },
        ],
      },
      /NaN or an infinity: plain black/,
    ],
    [
      'probabilities that are said to be logits',
      { after: [softmax] },
      /not logits: they are probabilities/,
      { output: 'logits' },
    ],
    [
      'logits that are said to be probabilities',
      {},
      /not probabilities: they are not all from 0 to 1/,
      { output: 'probabilities' },
    ],
    [
      'a sigmoid that is said to be probabilities',
      { ...sigmoid, shift: 2 },
      /not probabilities: they add up to more than 1/,
      { output: 'probabilities' },
    ],
  ])('asks or refuses: %s', async (_, options, message, said) => {
    const failure = inspect(options, said);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/^it(s| )[^\n]*$/);
  });

  it('refuses a model whose answers depend on the others of a batch', async () => {
    const inTraining: OddOptions = {
      input: { shape: ['n', 3, 8, 8] },
      after: [
        step('ReduceMean', ['logits', 'mean'], { axes: [0], keepdims: 1 }),
        { op: 'Sub', inputs: ['logits', 'mean'], output: 'centred' },
        { op: 'Mul', inputs: ['logits', 'small'], output: 'rest' },
        { op: 'Add', inputs: ['centred', 'rest'], output: 'y' },
      ],
      outputs: [scores('y', { shape: ['n', 5] })],
      weights: { small: { shape: [], values: [0.3] } },
    };
    await expect(inspect(inTraining)).rejects.toThrow(/depends on the others of its batch/);
  });
});

describe('what a model takes', () => {
  it.each<[string, OddOptions, object, Said?]>([
    ['float16', { input: { type: 'float16' }, before: [cast(float32)] }, { dtype: 'float16' }],
    [
      'float16 throughout',
      {
        input: { type: 'float16' },
        before: [cast(float32)],
        after: [step('Cast', ['logits', 'y'], { to: float16 })],
        outputs: [scores('y', { type: 'float16' })],
      },
      { dtype: 'float16' },
    ],
    [
      'float64 throughout',
      {
        input: { type: 'float64' },
        before: [cast(float32)],
        after: [step('Cast', ['logits', 'y'], { to: float64 })],
        outputs: [scores('y', { type: 'float64' })],
      },
      { dtype: 'float64' },
    ],
    [
      'uint8',
      { input: { type: 'uint8' }, before: [cast(float32)] },
      { dtype: 'uint8' },
      { preprocessing: { scale: 1 } },
    ],
    [
      'int8',
      { input: { type: 'int8' }, before: [cast(float32)] },
      { dtype: 'int8' },
      { preprocessing: { scale: 1, mean: [128, 128, 128] } },
    ],
    [
      'NHWC',
      {
        input: { shape: [1, 8, 8, 3] },
        before: [step('Transpose', ['x', 'image'], { perm: [0, 3, 1, 2] })],
      },
      { layout: 'NHWC' },
    ],
    [
      'batches',
      { input: { shape: ['n', 3, 8, 8] }, outputs: [scores('logits', { shape: ['n', 5] })] },
      { layout: 'NCHW' },
    ],
    [
      'anything, but runs on one layout',
      image(openImage),
      { layout: 'NCHW' },
      { preprocessing: { centerCrop: 8 } },
    ],
    [
      'anything, NHWC',
      { input: openImage, before: [step('Transpose', ['x', 'image'], { perm: [0, 3, 1, 2] })] },
      { layout: 'NHWC' },
      { preprocessing: { centerCrop: 8 } },
    ],
    [
      'anything, as it was said',
      image(openImage),
      { layout: 'NCHW' },
      { preprocessing: { centerCrop: 3, layout: 'NCHW' } },
    ],
  ])('%s', async (_, options, expected, said) => {
    expect((await inspect(options, said)).preprocessing).toMatchObject(expected);
  });

  const grey = (shape: Value['shape'], axis: number): OddOptions => ({
    input: { shape },
    before: [
      { op: 'Concat', inputs: ['x', 'x', 'x'], output: 'rgb', attributes: { axis } },
      step('Transpose', ['rgb', 'image'], { perm: axis === 1 ? [0, 1, 2, 3] : [0, 3, 1, 2] }),
    ],
  });
  const rgba: OddOptions = {
    input: { shape: [1, 4, 8, 8] },
    before: [{ op: 'Conv', inputs: ['x', 'kernel'], output: 'image' }],
    weights: { kernel: { shape: [3, 4, 1, 1], values: Array(12).fill(1) } },
  };
  const noBatch: OddOptions = {
    input: { shape: [3, 8, 8] },
    before: [{ op: 'Unsqueeze', inputs: ['x', 'axes'], output: 'image' }],
    weights: { axes: { type: 'int64', shape: [1], values: [0] } },
  };
  const input = (shape: Value['shape'], type: Value['type'] = 'float32') => image({ shape, type });
  it.each<[string, OddOptions, RegExp, Said?]>([
    [
      'any size',
      image({ shape: [1, 3, 'h', 'w'] }),
      /images of any size: say centerCrop .*such as \{"centerCrop": 224\}/,
    ],
    [
      'both layouts',
      image(openImage),
      /runs either way: say layout .*"NCHW".*"NHWC"/,
      { preprocessing: { centerCrop: 3 } },
    ],
    [
      'neither layout',
      {
        input: openImage,
        before: [{ op: 'Conv', inputs: ['x', 'kernel'], output: 'image' }],
        weights: { kernel: { shape: [3, 4, 1, 1], values: Array(12).fill(1) } },
      },
      /runs in neither layout on 8 x 8 pixels: NCHW: .*C: 3 .*; NHWC: .*C: 8 /,
      { preprocessing: { centerCrop: 8 } },
    ],
    [
      'grey images',
      grey([1, 1, 8, 8], 1),
      /\[1, 1, 8, 8\] has no 3 colour channels: it takes grey images; begin it with/,
    ],
    ['grey images, NHWC', grey(['n', 8, 8, 1], 3), /it takes grey images/],
    ['grey images of any size', grey([1, 1, 'h', 'w'], 1), /it takes grey images/],
    ['RGBA', rgba, /it takes 4, such as RGBA/],
    [
      'batches of eight',
      input([8, 3, 8, 8]),
      /is a batch of 8 images, but .*export it with a batch of 1, or an open one/,
    ],
    ['videos', input([1, 3, 4, 8, 8]), /has 4 dimensions/],
    ['images without a batch', noBatch, /\[3, 8, 8\] is not a batch of one image/],
    [
      'int32',
      { input: { type: 'int32' }, before: [cast(float32)] },
      /none of the element types of images: float32, float16, float64, uint8, int8/,
    ],
    [
      'bfloat16',
      { input: { type: 'bfloat16' }, before: [cast(float32)] },
      /bfloat16, which onnxruntime does not hand over/,
    ],
    [
      'text',
      {
        file: {
          inputs: [
            { name: 'input_ids', type: 'int64', shape: ['n', 's'] },
            { name: 'attention_mask', type: 'int64', shape: ['n', 's'] },
          ],
          outputs: [scores('y', { type: 'int64' })],
          nodes: [{ op: 'Add', inputs: ['input_ids', 'attention_mask'], output: 'y' }],
        },
      },
      /2 inputs \("input_ids" of int64 \[n, s\], "attention_mask" of/,
    ],
    [
      'a newer file',
      { file: { irVersion: 99 } },
      /IR version 99, and onnxruntime [\d.]+ reads up to \d+: save it/,
    ],
    [
      'newer operators',
      { file: { opset: 99 } },
      /opset 99, and onnxruntime [\d.]+ has them up to opset \d+: export/,
    ],
    [
      'operators of others',
      {
        after: [{ ...step('Foo', ['logits', 'y']), domain: 'ai.onnx.contrib' }],
        file: { domains: ['ai.onnx.contrib'] },
      },
      /the operator Foo of ai\.onnx\.contrib, which .*without custom operators/,
    ],
    [
      'operators without double precision',
      {
        input: { type: 'float64' },
        file: {
          nodes: [step('GlobalAveragePool', ['x', 'logits'])],
          outputs: [scores('logits', { type: 'float64', shape: [1, 3, 1, 1] })],
        },
      },
      /no GlobalAveragePool .* convert the model to float32/,
    ],
  ])('asks or refuses: %s', async (_, options, message, said) => {
    const failure = inspect(options, said);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/^(it(s| )|onnxruntime)[^\n]*$/);
    await expect(failure).rejects.not.toThrow(/onnxruntime_src|::/);
  });

  it('takes the size from the catalogue when the file leaves it open', async () => {
    const { input: found } = await inspect(image(openImage), {
      input: { dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' },
    });
    expect(found.shape).toEqual([1, 8, 8, 3]);
  });
});
