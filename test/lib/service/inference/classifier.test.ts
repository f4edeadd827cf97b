import { describe, expect, it } from 'vitest';
import {
  ModelShapeError,
  NonFiniteOutputError,
  TensorValueError,
} from '../../../../lib/core/preprocessing/errors.ts';
import {
  type CatalogueInput,
  preprocessingSchema,
} from '../../../../lib/service/catalogue/schema.ts';
import { Classifier } from '../../../../lib/service/inference/classifier.ts';
import { NotTheViewError } from '../../../../lib/service/inference/errors.ts';
import {
  type ColourOptions,
  colourImage,
  colourModel,
  colours,
} from '../../../fixtures/colours.ts';
import { onnxModel } from '../../../fixtures/onnx.ts';

const pixels: CatalogueInput = { dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' };
const floats: CatalogueInput = { dtype: 'float32', shape: [1, 3, 8, 8], layout: 'NCHW' };

function load(
  path: Uint8Array,
  preprocessing?: object,
  { input = pixels, output }: { input?: CatalogueInput; output?: 'logits' | 'probabilities' } = {},
) {
  return Classifier.load({
    path,
    catalogue: { input, labels: colours },
    model: {
      memoryMb: 1769,
      output,
      preprocessing: preprocessing && preprocessingSchema.parse(preprocessing),
    },
  });
}

async function answers(classifier: Classifier): Promise<(string | undefined)[]> {
  const labels: (string | undefined)[] = [];
  for (const index of colours.keys()) {
    const { predictions } = await classifier.classifyImage(await colourImage(index, 20));
    labels.push(predictions[0]?.label);
  }
  return labels;
}

describe('Classifier', () => {
  it.each<[string, ColourOptions, object]>([
    ['float32 NCHW', {}, { dtype: 'float32', layout: 'NCHW' }],
    ['float32 NHWC', { layout: 'NHWC' }, { dtype: 'float32', layout: 'NHWC' }],
    ['uint8 NHWC', { dtype: 'uint8', layout: 'NHWC' }, {}],
    ['uint8 NCHW', { dtype: 'uint8' }, { layout: 'NCHW' }],
    ['BGR', { order: [2, 1, 0] }, { dtype: 'float32', layout: 'NCHW', color: 'BGR' }],
    [
      'normalised',
      { gain: 10 },
      { dtype: 'float32', layout: 'NCHW', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [2, 2, 2] },
    ],
    [
      'of open size',
      { side: 'side', batch: 'n' },
      { dtype: 'float32', layout: 'NCHW', resizeShorterSide: 16, centerCrop: 12 },
    ],
  ])('classifies images with a model that is %s', async (_, options, preprocessing) => {
    expect(await answers(await load(colourModel(options), preprocessing))).toEqual(colours);
  });

  it('gives wrong answers to the wrong order of colours', async () => {
    const classifier = await load(colourModel({ order: [2, 1, 0] }), {
      dtype: 'float32',
      layout: 'NCHW',
    });
    expect(await answers(classifier)).toEqual(['blue', 'green', 'red']);
  });

  it('takes an image that is the view, and no other for one', async () => {
    const view = { width: 12, height: 12 };
    for (const side of [8, 12]) {
      const classifier = await load(colourModel({ side }), { dtype: 'float32', layout: 'NCHW' });
      const { predictions } = await classifier.classifyImage(await colourImage(2, 12), view);
      expect(predictions[0]?.label).toBe('blue');
      const refused = classifier.classifyImage(await colourImage(2, 13), view);
      await expect(refused).rejects.toBeInstanceOf(NotTheViewError);
    }
  });

  it('takes raw pixels of the catalogue, also for a model of another size', async () => {
    const bytes = Uint8Array.from({ length: 192 }, (_, i) => (i % 3 === 2 ? 200 : 9));
    for (const side of [8, 5, 13]) {
      const classifier = await load(colourModel({ side }), { dtype: 'float32', layout: 'NCHW' });
      expect((await classifier.classifyTensor(bytes)).predictions[0]?.label).toBe('blue');
    }
  });

  it('hands raw floats to the model as they are', async () => {
    const classifier = await load(colourModel(), undefined, { input: floats });
    const values = Float32Array.from({ length: 192 }, (_, i) => (i >= 64 && i < 128 ? 0.5 : -0.5));
    const { predictions } = await classifier.classifyTensor(new Uint8Array(values.buffer));
    expect(predictions[0]).toMatchObject({ label: 'green' });
    expect(predictions[0]?.score).toBeCloseTo(Math.E / (Math.E + 2), 6);
  });
});

describe('scores', () => {
  const preprocessing = { dtype: 'float32', layout: 'NCHW', scale: 1 / 255 };
  const red = { red: 200 / 255, green: 60 / 255, blue: 60 / 255 };
  const softmax = Math.exp(red.red) / (Math.exp(red.red) + 2 * Math.exp(red.green));

  it.each(['logits', 'softmax'] as const)(
    'are the probabilities of a model that ends in %s',
    async (ending) => {
      const classifier = await load(colourModel({ ending }), preprocessing);
      const { predictions } = await classifier.classifyImage(await colourImage(0));
      expect(predictions[0]?.score).toBeCloseTo(softmax, 5);
    },
  );

  it.each(['NCHW', 'NHWC'] as const)('are those of preprocessing by hand, %s', async (layout) => {
    const classifier = await load(colourModel({ layout }), {
      ...{ dtype: 'float32', layout, color: 'BGR', resizeShorterSide: 9, centerCrop: 8 },
      ...{ scale: 0.01, mean: [0.1, 0.2, 0.3], std: [2, 4, 5] },
    });
    // Red 200, green 60, blue 60; the model's first channel is blue.
    const logits = [(0.6 - 0.1) / 2, (0.6 - 0.2) / 4, (2 - 0.3) / 5];
    const powers = logits.map(Math.exp);
    const total = powers.reduce((sum, power) => sum + power, 0);
    const { predictions } = await classifier.classifyImage(await colourImage(0, 30));
    expect(predictions.map(({ index }) => index)).toEqual([2, 0, 1]);
    for (const { index, score } of predictions) {
      expect(score).toBeCloseTo((powers[index] ?? 0) / total, 6);
    }
  });

  it('follow the catalogue when it says what the model answers with', async () => {
    const classifier = await load(colourModel(), preprocessing, { output: 'probabilities' });
    const { predictions } = await classifier.classifyImage(await colourImage(0));
    expect(predictions[0]?.score).toBeCloseTo(red.red, 5);
  });
});

describe('answers that are not finite', () => {
  const preprocessing = { dtype: 'float32', layout: 'NCHW' };
  const huge = new Uint8Array(Float32Array.from({ length: 192 }, () => 3e38).buffer);

  it('to an image are the model’s fault', async () => {
    const classifier = await load(colourModel({ gain: Number.POSITIVE_INFINITY }), preprocessing);
    const failure = classifier.classifyImage(await colourImage(0));
    await expect(failure).rejects.toBeInstanceOf(NonFiniteOutputError);
  });

  it('to huge floats are those floats’ fault', async () => {
    const classifier = await load(colourModel({ gain: 1e30 }), undefined, { input: floats });
    await expect(classifier.classifyTensor(huge)).rejects.toBeInstanceOf(TensorValueError);
  });

  it('to any floats are the model’s fault', async () => {
    const model = colourModel({ gain: Number.POSITIVE_INFINITY });
    const classifier = await load(model, undefined, { input: floats });
    const zeros = new Uint8Array(768);
    await expect(classifier.classifyTensor(zeros)).rejects.toBeInstanceOf(NonFiniteOutputError);
  });
});

describe('a model that is no classifier of the catalogue', () => {
  const image = { name: 'image', type: 'float32', shape: [1, 3, 8, 8] } as const;
  const scores = { name: 'y', type: 'float32', shape: [1, 3] } as const;
  const flatten = { op: 'Flatten', inputs: ['image'], output: 'y' };
  const float = { dtype: 'float32', layout: 'NCHW' };

  it.each<[string, Uint8Array, object | undefined, RegExp]>([
    ['text', Buffer.from('hello'), undefined, /cannot load it/],
    ['an empty file', Buffer.alloc(0), undefined, /cannot load it/],
    ['of four classes', colourModel({ classes: 4 }), float, /4 scores.* 3 labels/],
    ['of float32 where bytes come', colourModel(), undefined, /is float32, but .*dtype is uint8/],
    [
      'of another layout',
      colourModel(),
      { ...float, layout: 'NHWC' },
      /is NCHW, but .*layout is NHWC/,
    ],
    ['of another size', colourModel(), { ...float, centerCrop: 9 }, /8 x 8 .*centerCrop is 9/],
    ['with a batch of two', colourModel({ batch: 2 }), float, /is a batch of 2 images/],
    ['with the index of a class', colourModel({ ending: 'index' }), float, /int64 .*not .*scores/],
    [
      'of two inputs',
      onnxModel({
        inputs: [image, { ...image, name: 'second' }],
        outputs: [scores],
        nodes: [{ op: 'Add', inputs: ['image', 'second'], output: 'y' }],
      }),
      float,
      /2 inputs \("image" of float32 \[1, 3, 8, 8\], "second" of /,
    ],
    [
      'of a vector',
      onnxModel({
        inputs: [{ ...image, shape: [1, 3] }],
        outputs: [scores],
        nodes: [flatten],
      }),
      float,
      /not a batch of one image/,
    ],
    [
      'of grey images',
      onnxModel({
        inputs: [{ ...image, shape: [1, 1, 3, 1] }],
        outputs: [scores],
        nodes: [flatten],
      }),
      float,
      /no 3 colour channels/,
    ],
    [
      'of integers',
      onnxModel({
        inputs: [{ ...image, type: 'int64' }],
        outputs: [scores],
        nodes: [
          { op: 'Cast', inputs: ['image'], output: 'x', attributes: { to: 1 } },
          { op: 'Flatten', inputs: ['x'], output: 'y' },
        ],
      }),
      float,
      /int64 .*none of the element types of images/,
    ],
  ])('%s', async (_, model, preprocessing, message) => {
    const failure = load(model, preprocessing);
    await expect(failure).rejects.toBeInstanceOf(ModelShapeError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/^it(s| ).*$|^onnxruntime.*$/);
  });

  it('raw floats of another layout', async () => {
    const failure = load(colourModel({ layout: 'NHWC' }), float, { input: floats });
    await expect(failure).rejects.toThrow(/is NHWC, but/);
    const other = load(
      colourModel({ layout: 'NHWC' }),
      { ...float, layout: 'NHWC' },
      { input: floats },
    );
    await expect(other).rejects.toThrow(/raw input is float32 NCHW of 8 x 8/);
  });
});
