import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { describeModel } from '../../../lib/client/model-description.ts';
import { type Decode, OnnxModel } from '../../../lib/client/onnx-model.ts';
import { onnxruntimeReactNative } from '../../../lib/client/onnxruntime-react-native.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { readCatalogue } from '../../../lib/service/catalogue/load.ts';
import { Classifier } from '../../../lib/service/inference/classifier.ts';
import { decodeImage } from '../../../lib/service/inference/decode.ts';
import { ort } from '../../../lib/service/inference/native.ts';

// The same API by another name: onnxruntime-react-native cannot be had here.
vi.mock(
  'onnxruntime-react-native',
  async () => (await import('../../../lib/service/inference/native.ts')).ort,
);

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
    const InferenceSession = {
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
    const silent = await OnnxModel.load({ InferenceSession, Tensor }, pathOf(model), description);
    const telling = await OnnxModel.load(ort, pathOf(model), description);
    const input = { image: images[0] ?? new Uint8Array(), contentType: 'image/jpeg' };
    expect(await silent.classify(input, decode)).toEqual(await telling.classify(input, decode));
  });

  it('refuses a model of other labels, and a raw tensor of another length', async () => {
    const description = describeModel(catalogue, model.name);
    const labels = description.labels.slice(1);
    await expect(OnnxModel.load(ort, pathOf(model), { ...description, labels })).rejects.toThrow(
      `"${model.name}" gives 16 scores for 15 labels`,
    );
    const loaded = await OnnxModel.load(ort, pathOf(model), description);
    const input = { image: new Uint8Array(5), contentType: 'application/octet-stream' };
    await expect(loaded.classify(input, decode)).rejects.toThrow('has 110592 bytes here, not 5');
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

  it('says what is missing', () => {
    expect(() => describeModel(catalogue, 'none')).toThrow('no model named "none"');
    const unknown = { ...model, accuracyPct: undefined };
    expect(() => describeModel({ ...catalogue, models: [unknown] }, model.name)).toThrow(
      `the accuracy of "${model.name}" is not known`,
    );
  });
});

describe('onnxruntimeReactNative', () => {
  const description = describeModel(catalogue, model.name);

  it('is a model on the device', async () => {
    const onDevice = onnxruntimeReactNative({ ...description, model: pathOf(model), decode });
    expect(onDevice).toMatchObject({ name: model.name, accuracyPct: model.accuracyPct });
    await onDevice.prepare?.();
    const image = images[1] ?? new Uint8Array();
    const { predictions } = await onDevice.classify(image, { signal, contentType: 'image/jpeg' });
    expect(predictions[0]?.score).toBeGreaterThan(0);
    onDevice.close?.();
  });

  it('is loaded again after it could not be', async () => {
    const onDevice = onnxruntimeReactNative({ ...description, model: 'no-such-file.onnx', decode });
    await expect(onDevice.prepare?.()).rejects.toThrow();
    await expect(onDevice.prepare?.()).rejects.toThrow();
    onDevice.close?.();
  });
});
