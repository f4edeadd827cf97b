import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as web from 'onnxruntime-web/wasm';
import { describe, expect, it, vi } from 'vitest';
import type { Decode } from '../../../../lib/client/api/codec.ts';
import {
  describeModel,
  type ModelDescription,
} from '../../../../lib/client/device/model-description.ts';
import { OnnxModel, onnxOnDevice } from '../../../../lib/client/device/onnx-model.ts';
import {
  NonFiniteOutputError,
  TensorLengthError,
  TensorValueError,
} from '../../../../lib/core/preprocessing/errors.ts';
import type { PreprocessingJson } from '../../../../lib/core/preprocessing/preprocessing.ts';
import { resolveCatalogue } from '../../../../lib/infra/package-files.ts';
import { readCatalogue } from '../../../../lib/service/catalogue/load.ts';
import { preprocessingSchema } from '../../../../lib/service/catalogue/schema.ts';
import { Classifier } from '../../../../lib/service/inference/classifier.ts';
import { decodeImage } from '../../../../lib/service/inference/decode.ts';
import { ort } from '../../../../lib/service/inference/native.ts';
import {
  type ColourOptions,
  colourCatalogue,
  colourImage,
  colourModel,
  colours,
} from '../../../fixtures/colours.ts';
import {
  type OddOptions,
  oddLabels,
  oddModel,
  scores,
  step,
} from '../../../fixtures/odd-models.ts';

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const [model, otherModel] = catalogue.models;
if (!model || !otherModel) throw new Error('the catalogue has fewer than two models');
const pathOf = ({ file }: { file: string }) => join(directory, file);
const read = (file: string) => new Uint8Array(readFileSync(join(directory, file)));
const images = catalogue.samples.slice(0, 4).map(({ file }) => read(file));

/** The service's own decoder. */
const decode: Decode = async ({ image }, size) => {
  const { width, height } = size;
  return { data: await decodeImage(image as Uint8Array, size), width, height };
};
const { signal } = new AbortController();

describe('OnnxModel', () => {
  it.each([model, otherModel])('answers as the service does: $name', async (served) => {
    const options = { path: pathOf(served), catalogue, model: served, threads: 1 };
    const service = await Classifier.load(options);
    const description = describeModel(catalogue, served.name);
    const loaded = await OnnxModel.load(ort, pathOf(served), description);
    for (const image of images) {
      const expected = await service.classifyImage(image);
      const input = { image, contentType: 'image/jpeg' };
      expect(await loaded.classify(input, decode)).toEqual(expected.predictions);
    }
    const raw = Uint8Array.from({ length: 192 * 192 * 3 }, (_, i) => (i * 13) % 251);
    const expected = await service.classifyTensor(raw);
    for (const image of [raw, raw.buffer, new Blob([raw])]) {
      const input = { image, contentType: 'application/octet-stream' };
      expect(await loaded.classify(input, decode)).toEqual(expected.predictions);
    }
    await loaded.release();
  });

  it.each<[string, ColourOptions, PreprocessingJson | undefined]>([
    ['of bytes', { dtype: 'uint8', layout: 'NHWC' }, undefined],
    ['of bytes, NCHW', { dtype: 'uint8' }, { layout: 'NCHW' }],
    ['of BGR', { order: [2, 1, 0] }, { dtype: 'float32', layout: 'NCHW', color: 'BGR' }],
    [
      'of normalised floats',
      { layout: 'NHWC' },
      { dtype: 'float32', scale: 1 / 255, mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
    ],
    [
      'of open size, with a crop',
      { side: 'side', batch: 'n' },
      { dtype: 'float32', layout: 'NCHW', resizeShorterSide: 12, centerCrop: 8 },
    ],
    [
      'that ends in a softmax',
      { ending: 'softmax' },
      { dtype: 'float32', layout: 'NCHW', scale: 1 / 255 },
    ],
    ['whose logits all tie', { gain: 0 }, { dtype: 'float32', layout: 'NCHW' }],
  ])('answers as the service does: a model %s', async (_, options, preprocessing) => {
    const file = colourModel(options);
    const { labels, input } = colourCatalogue;
    const service = await Classifier.load({
      path: file,
      catalogue: { labels, input: { ...input, shape: [...input.shape] } },
      model: {
        memoryMb: 1769,
        preprocessing: preprocessing && preprocessingSchema.parse(preprocessing),
      },
    });
    const description = { name: 'colours', accuracyPct: 50, labels, input, preprocessing };
    const client = await OnnxModel.load(ort, file, description);
    for (const index of labels.keys()) {
      const image = await colourImage(index, 30);
      const { predictions } = await service.classifyImage(image);
      expect(await client.classify({ image, contentType: 'image/png' }, decode)).toEqual(
        predictions,
      );
    }
    const raw = Uint8Array.from({ length: 192 }, (_, i) => (i * 31) % 256);
    const { predictions } = await service.classifyTensor(raw);
    const contentType = 'application/octet-stream';
    expect(await client.classify({ image: raw, contentType }, decode)).toEqual(predictions);
  });

  const precise = (type: 'float16' | 'float64' | 'int8', to: number) => ({
    input: { type },
    before: [step('Cast', ['x', 'image'], { to: 1 })],
    ...(type !== 'int8' && {
      after: [step('Cast', ['logits', 'y'], { to })],
      outputs: [scores('y', { type })],
    }),
  });
  it.each<[string, OddOptions, PreprocessingJson, Partial<ModelDescription>?]>([
    ['of float16', precise('float16', 10), { dtype: 'float16', scale: 1 / 255 }],
    ['of float64', precise('float64', 11), { dtype: 'float64', scale: 1 / 255 }],
    ['of int8', precise('int8', 0), { dtype: 'int8', mean: [128, 128, 128] }],
    [
      'with a background class',
      { classes: 6, after: [step('Softmax', ['logits', 'y'])] },
      { dtype: 'float32', scale: 1 / 255 },
      { backgroundClass: 'first' },
    ],
    [
      'of several outputs',
      {
        after: [step('Sigmoid', ['logits', 'y'])],
        outputs: [scores('features', { shape: [1, 3] }), scores('y')],
      },
      { dtype: 'float32', scale: 1 / 255 },
      { outputName: 'y', output: 'sigmoid' },
    ],
  ])('answers as the service does, also in WebAssembly: a model %s', async (...row) => {
    const [, options, preprocessing, said = {}] = row;
    const file = oddModel(options);
    const { input } = colourCatalogue;
    const entry = { preprocessing: { layout: 'NCHW', ...preprocessing }, ...said } as const;
    const service = await Classifier.load({
      path: file,
      catalogue: { labels: oddLabels, input: { ...input, shape: [...input.shape] } },
      model: {
        memoryMb: 1769,
        ...said,
        preprocessing: preprocessingSchema.parse(entry.preprocessing),
      },
    });
    const description = { name: 'odd', accuracyPct: 50, labels: oddLabels, input, ...entry };
    const image = await colourImage(0, 30);
    const { predictions } = await service.classifyImage(image);
    for (const runtime of [ort, web]) {
      const client = await OnnxModel.load(runtime, file, description);
      const answer = await client.classify({ image, contentType: 'image/png' }, decode);
      expect(answer.map(({ label }) => label)).toEqual(predictions.map(({ label }) => label));
      answer.forEach(({ score }, i) => {
        expect(score).toBeCloseTo(predictions[i]?.score ?? 2, 3);
      });
    }
  });

  it('takes raw floats as the service does', async () => {
    const input = { dtype: 'float32' as const, shape: [1, 3, 8, 8], layout: 'NCHW' as const };
    const description = { name: 'colours', accuracyPct: 50, labels: colours, input };
    const client = await OnnxModel.load(ort, colourModel(), description);
    const classify = (values: Float32Array) =>
      client.classify(
        { image: new Uint8Array(values.buffer), contentType: 'application/octet-stream' },
        decode,
      );
    const green = Float32Array.from({ length: 192 }, (_, i) => (i >= 64 && i < 128 ? 0.5 : -0.5));
    const [best] = await classify(green);
    expect(best).toMatchObject({ label: 'green' });
    expect(best?.score).toBeCloseTo(Math.E / (Math.E + 2), 6);
    await expect(classify(new Float32Array(191))).rejects.toBeInstanceOf(TensorLengthError);
    await expect(classify(green.fill(Number.NaN))).rejects.toBeInstanceOf(TensorValueError);
  });

  it('refuses raw pixels of another size than the model’s, and answers that are not finite', async () => {
    const { labels, input } = colourCatalogue;
    const preprocessing = { dtype: 'float32', layout: 'NCHW' } as const;
    const description = { name: 'colours', accuracyPct: 50, labels, input, preprocessing };
    const small = await OnnxModel.load(ort, colourModel({ side: 5 }), description);
    const raw = { image: new Uint8Array(192), contentType: 'application/octet-stream' };
    await expect(small.classify(raw, decode)).rejects.toThrow(
      '"colours" takes raw images of 5 x 5 only',
    );
    const broken = await OnnxModel.load(
      ort,
      colourModel({ gain: Number.POSITIVE_INFINITY }),
      description,
    );
    await expect(broken.classify(raw, decode)).rejects.toBeInstanceOf(NonFiniteOutputError);
  });

  it('takes the file’s bytes as well', async () => {
    const loaded = await OnnxModel.load(
      ort,
      read(model.file),
      describeModel(catalogue, model.name),
    );
    const input = { image: images[0] ?? new Uint8Array(), contentType: 'image/jpeg' };
    expect(await loaded.classify(input, decode)).toHaveLength(5);
  });

  it('goes by the catalogue where the runtime tells no shapes', async () => {
    const { Tensor } = ort;
    const inferenceSession = {
      create: async (file: string | Uint8Array) => {
        const session = await ort.InferenceSession.create(file as string);
        return new Proxy(session, {
          get: (target, key) => {
            if (key === 'inputMetadata') throw new Error('not implemented');
            const member = Reflect.get(target, key, target) as unknown;
            return typeof member === 'function' ? member.bind(target) : member;
          },
        });
      },
    };
    const description = describeModel(catalogue, model.name);
    const silent = await OnnxModel.load(
      { InferenceSession: inferenceSession, Tensor },
      pathOf(model),
      description,
    );
    const telling = await OnnxModel.load(ort, pathOf(model), description);
    const input = { image: images[0] ?? new Uint8Array(), contentType: 'image/jpeg' };
    expect(await silent.classify(input, decode)).toEqual(await telling.classify(input, decode));
  });

  it('refuses a model of other labels, and a raw tensor of another length', async () => {
    const description = describeModel(catalogue, model.name);
    const labels = description.labels.slice(1);
    await expect(OnnxModel.load(ort, pathOf(model), { ...description, labels })).rejects.toThrow(
      `"${model.name}" gives 16 scores, but there are 15 labels`,
    );
    const loaded = await OnnxModel.load(ort, pathOf(model), description);
    const input = { image: new Uint8Array(5), contentType: 'application/octet-stream' };
    await expect(loaded.classify(input, decode)).rejects.toThrow('has 110592 bytes, not 5');
  });
});

describe('describeModel', () => {
  it('takes the model that the catalogue has for devices', () => {
    const described = describeModel({ ...catalogue, onDevice: otherModel.name });
    expect(described).toMatchObject({
      name: otherModel.name,
      version: otherModel.version,
      accuracyPct: otherModel.accuracyPct,
      labels: catalogue.labels,
      input: catalogue.input,
    });
  });

  it('hands on what is known of its file and of its reliability', () => {
    const reliability = { bins: [{ from: 0, count: 2, right: 1 }] };
    const reading = { outputName: 'y', backgroundClass: 'last' } as const;
    const known = { ...model, reliability, ...reading };
    const { sha256, bytes } = model;
    const described = describeModel({ ...catalogue, models: [known] }, model.name);
    expect(described).toMatchObject({ sha256, bytes, reliability, ...reading });
    const onDevice = onnxOnDevice(ort, { ...described, model: pathOf(model), decode });
    const { labels } = catalogue;
    expect(onDevice).toMatchObject({ labels, shorterSide: 192 });
    expect(onDevice.chanceOf?.(0.9)).toBe(1 / 3);
  });

  it.each([
    [{ resizeShorterSide: 256, centerCrop: 224 }, 256],
    [{ centerCrop: 224 }, 224],
    [{ resizeShorterSide: 100 }, 192],
  ])('knows how many pixels the shorter side needs: %o', (preprocessing, shorterSide) => {
    const described = { ...describeModel(catalogue, model.name), preprocessing };
    const onDevice = onnxOnDevice(ort, { ...described, model: pathOf(model), decode });
    expect(onDevice.shorterSide).toBe(shorterSide);
  });

  it('says what is missing', () => {
    expect(() => describeModel(catalogue, 'none')).toThrow('no model named "none"');
    const unknown = { ...model, accuracyPct: undefined };
    expect(() => describeModel({ ...catalogue, models: [unknown] }, model.name)).toThrow(
      `the accuracy of "${model.name}" is not known`,
    );
  });
});

describe('onnxOnDevice', () => {
  const description = describeModel(catalogue, model.name);

  it('is a model on the device', async () => {
    const onDevice = onnxOnDevice(ort, { ...description, model: pathOf(model), decode });
    expect(onDevice).toMatchObject({ name: model.name, accuracyPct: model.accuracyPct });
    await onDevice.prepare?.();
    const image = images[1] ?? new Uint8Array();
    const { predictions } = await onDevice.classify(image, { signal, contentType: 'image/jpeg' });
    expect(predictions[0]?.score).toBeGreaterThan(0);
    onDevice.close?.();
  });

  it('is downloaded from an address, into the storage that it is given', async () => {
    const file = read(model.file);
    const fetched = vi.fn(async (_: string) => new Response(file));
    vi.stubGlobal('fetch', fetched);
    const kept = new Map<string, Uint8Array>();
    const storage = {
      get: async (sha256: string) => kept.get(sha256),
      put: async (sha256: string, bytes: Uint8Array) => {
        kept.set(sha256, bytes);
      },
    };
    const url = 'https://models.example/m.onnx';
    for (let start = 0; start < 2; start++) {
      const onDevice = onnxOnDevice(ort, { ...description, model: url, decode, storage });
      const progress = vi.fn();
      await onDevice.prepare?.(progress);
      expect(progress).toHaveBeenLastCalledWith({
        loadedBytes: file.length,
        totalBytes: file.length,
      });
      onDevice.close?.();
    }
    vi.unstubAllGlobals();
    expect(fetched).toHaveBeenCalledExactlyOnceWith(url);
    expect([...kept.keys()]).toEqual([model.sha256]);
  });

  it('is loaded again after it could not be', async () => {
    const onDevice = onnxOnDevice(ort, { ...description, model: 'no-such-file.onnx', decode });
    await expect(onDevice.prepare?.()).rejects.toThrow();
    await expect(onDevice.prepare?.()).rejects.toThrow();
    onDevice.close?.();
  });
});
