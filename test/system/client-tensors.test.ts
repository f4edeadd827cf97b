import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TensorFunction } from '../../lib/client/api/tensors.ts';
import { createTensorClient } from '../../lib/client/tensors/tensor-client.ts';
import { catalogue, RunningService, sample } from './running-service.ts';

/* The client for tensors, as an app in Node uses it, and the whole service. */

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start();
}, 120_000);
afterAll(() => service.stop());

const client = (options: { readonly model?: string; readonly onDevice?: TensorFunction } = {}) =>
  createTensorClient({
    endpoint: service.assembly.url,
    model: 'shapes',
    slaMs: 20_000,
    ...options,
  });

/** A picture as the catalogue's raw input. */
async function pixels() {
  const [, height = 0, width = 0] = catalogue.input.shape;
  const raw = sharp(sample.bytes).resize(width, height, { fit: 'cover' }).removeAlpha().raw();
  const data = new Uint8Array(await raw.toBuffer());
  return { image: { datatype: 'UINT8', shape: catalogue.input.shape, data } } as const;
}

it('is answered by the cloud: the scores of every label, and the best', async () => {
  const made = client();
  await made.prepare();
  const { source, outputs, model, inTime, timing, race } = await made.infer(await pixels());
  expect({ source, inTime, slaMs: timing.slaMs }).toEqual({
    ...{ source: 'cloud', inTime: true, slaMs: 20_000 },
  });
  const { scores, label } = outputs;
  expect(scores).toMatchObject({ datatype: 'FP32', shape: [1, catalogue.labels.length] });
  const best = catalogue.labels.indexOf(sample.label ?? '');
  const values = scores?.datatype === 'FP32' ? Array.from(scores.data) : [];
  expect(values.indexOf(Math.max(...values))).toBe(best);
  const [text] = label?.datatype === 'BYTES' ? label.data : [];
  expect(new TextDecoder().decode(text)).toBe(sample.label);
  const served = catalogue.models.find(({ name }) => name === model.name);
  expect(model.accuracyPct).toBe(served?.accuracyPct);
  expect(race.cloud.answer?.timing).toMatchObject({ coldStart: expect.any(Boolean) });
  made.close();
});

it('gets the outputs that it asks for, of a picture as BYTES too', async () => {
  const image = { datatype: 'BYTES', shape: [1], data: [new Uint8Array(sample.bytes)] } as const;
  const { outputs } = await client().infer({ image }, { outputs: ['label'] });
  expect(Object.keys(outputs)).toEqual(['label']);
});

it('is told by name what the service refuses, and has the device answer', async () => {
  const image = { datatype: 'FP32', shape: [1], data: [1] } as const;
  await expect(client().infer({ image })).rejects.toMatchObject({
    ...{ name: 'ApiError', status: 422, problem: { type: '/problems/wrong-tensor' } },
  });
  await expect(client({ model: 'digits' }).infer({ image })).rejects.toMatchObject({
    ...{ name: 'ApiError', status: 404 },
  });
  const onDevice: TensorFunction = async ({ image: given }) => ({ same: given ?? image });
  const { source, outputs, race } = await client({ onDevice }).infer({ image });
  expect(source).toBe('device');
  expect(outputs.same?.data).toEqual(new Float32Array([1]));
  expect(race.cloud.error).toMatchObject({ status: 422 });
});
