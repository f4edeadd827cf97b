import { describe, expect, it, vi } from 'vitest';
import { NetworkError, SlaExceededError } from '../../../../lib/client/api/errors.ts';
import type { ClientEvent } from '../../../../lib/client/api/events.ts';
import type { Fetch } from '../../../../lib/client/api/fetch.ts';
import type { TensorKind, TensorModel } from '../../../../lib/client/api/tensors.ts';
import { RequestTooLargeError } from '../../../../lib/client/tensors/request-too-large-error.ts';
import { createTensorClient } from '../../../../lib/client/tensors/tensor-client.ts';
import { parseInferRequest } from '../../../../lib/protocol/infer-request.ts';
import type { Behaviour } from '../fake-service.ts';
import { outcome, useFakeService, value } from '../running-client.ts';
import { deviceFunction, tensorClient, tensorFetch, tensors } from './fake-tensors.ts';

const fake = useFakeService();
const infer = async (
  options: Parameters<typeof tensorClient>[1],
  behaviour: Behaviour = {},
  asked?: Parameters<ReturnType<typeof tensorClient>['infer']>[1],
) => {
  fake.service.infer = behaviour;
  const client = tensorClient(fake.service, options);
  const { value: answer, error, ms } = await outcome(client.infer(tensors, asked));
  return { client, answer, error, ms };
};
const scoresOf = (answer: { outputs: Record<string, { data: unknown }> } | undefined) =>
  answer?.outputs.scores?.data;

describe('infer', () => {
  it('takes the cloud’s outputs as soon as they are there, and stops the device', async () => {
    const onDevice = vi.fn(deviceFunction(150));
    const { answer, ms } = await infer({ onDevice }, { inputMs: 40, serverMs: 30, outputMs: 10 });
    expect(ms).toBe(80);
    expect(answer).toMatchObject({
      source: 'cloud',
      inTime: true,
      model: { name: 'cloud-model', version: '1', accuracyPct: 80 },
      outputs: { scores: { datatype: 'FP32', shape: [1, 2] } },
      timing: { slaMs: 250, totalMs: 80, timerErrorMs: 0 },
      race: { winner: 'cloud', cloud: { state: 'answered' }, device: { state: 'cancelled' } },
    });
    expect(scoresOf(answer)).toEqual(new Float32Array([0.25, 0.75]));
    expect(onDevice.mock.calls[0]?.[1].signal.aborted).toBe(true);
  });

  it('asks by binary tensors, both ways, with the deadline and all else that the service is told', async () => {
    const { client } = await infer(
      { model: 'digits', onDevice: { name: 'tiny', accuracyPct: 61, infer: deviceFunction(20) } },
      {},
      { outputs: ['scores'], slaMs: 300 },
    );
    await vi.runAllTimersAsync();
    await value(client.infer(tensors));
    const [first, second] = fake.service.inferences;
    expect(first?.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'mdi-sla-ms': '300',
      'mdi-device-accuracy': '61',
    });
    const length = first?.headers['inference-header-content-length'];
    const { inputs, outputs, isBinary } = parseInferRequest(
      first?.body as Uint8Array<ArrayBuffer>,
      length,
    );
    expect(isBinary).toBe(true);
    expect(outputs).toMatchObject([{ name: 'scores', isBinary: true }]);
    const [{ bytes = new Uint8Array(), ...head } = {}] = inputs;
    expect(head).toEqual({ name: 'audio', datatype: 'FP32', shape: [1, 4] });
    expect(new Float32Array(bytes.slice().buffer)).toEqual(tensors.audio.data);
    // By then it knows the server's clock.
    expect(Number(second?.headers['mdi-upload-start'])).toBeCloseTo(fake.service.epochMs(), -1);
  });

  it('tells the service how long its answers took back', async () => {
    const client = tensorClient(fake.service);
    await value(client.prepare());
    await vi.runAllTimersAsync();
    fake.service.infer = { inputMs: 20, serverMs: 10, outputMs: 15 };
    await value(client.infer(tensors));
    await value(client.infer(tensors));
    expect(fake.service.inferences[1]?.headers).toMatchObject({
      'mdi-output-ms': '15.000',
      'mdi-output-input-ms': '20.000',
    });
    expect(client.statistics()).toMatchObject({ requests: 2, answeredByCloud: 2, outputMs: 15 });
  });

  it('learns nothing of the way where a proxy drops its headers', async () => {
    const events: ClientEvent<TensorKind>[] = [];
    const fetch: Fetch = async (url, init) => {
      const headers = { ...(init.headers as Record<string, string>), 'mdi-sla-ms': '200' };
      return await tensorFetch(fake.service)(url, { ...init, headers });
    };
    const client = tensorClient(fake.service, { fetch, onEvent: (event) => events.push(event) });
    await value(client.prepare());
    await vi.runAllTimersAsync();
    await value(client.infer(tensors));
    expect(events).toContainEqual({ type: 'headers-lost', sentSlaMs: 250, usedSlaMs: 200 });
    expect(client.statistics().outputMs).toBeUndefined();
  });

  const failures: [string, Behaviour, number][] = [
    ['offline', { breaks: true }, 30],
    ['400', { inputMs: 5, status: 400, body: { error: 'no' } }, 30],
    ['429', { inputMs: 60, status: 429 }, 60],
    ['500', { inputMs: 5, status: 500, body: '<html>' }, 30],
    ['a page', { inputMs: 5, body: '<html>' }, 30],
    ['JSON without binary data', { inputMs: 5, body: { outputs: [] } }, 30],
    [
      'a header that is too long',
      { body: '{}', headers: { 'inference-header-content-length': '3' } },
      30,
    ],
    ['no JSON', { body: '{"', headers: { 'inference-header-content-length': '2' } }, 30],
    ['hanging', { hangs: true }, 245],
    ['a body that stalls', { inputMs: 5, stalls: true }, 245],
  ];
  it.each(failures)('takes the device’s when the cloud fails: %s', async (_, behaviour, at) => {
    const { answer, ms } = await infer({ onDevice: deviceFunction(30) }, behaviour);
    expect(answer).toMatchObject({ source: 'device', inTime: true });
    expect(scoresOf(answer)).toEqual(new Float32Array([1, 0]));
    expect(ms).toBe(at);
  });

  it.each<[string, Behaviour, string]>([
    ['offline', { breaks: true }, 'NetworkError'],
    ['500', { status: 500 }, 'ApiError'],
    ['garbage', { body: 'garbage' }, 'MalformedAnswerError'],
  ])('rejects by name when the device fails as well: %s', async (_, behaviour, name) => {
    const onDevice = () => {
      throw new Error('the device is out of order');
    };
    const { error } = await infer({ onDevice }, behaviour);
    expect(error).toMatchObject({
      name,
      race: {
        device: { error: { name: 'DeviceModelError', message: 'the device is out of order' } },
      },
    });
  });

  it('rejects by name when nobody answers in time', async () => {
    const { error, ms } = await infer({}, { hangs: true });
    expect(error).toBeInstanceOf(SlaExceededError);
    expect(ms).toBe(250);
  });

  it('does not send what the service would not take', async () => {
    const client = tensorClient(fake.service, { onDevice: deviceFunction(30) });
    const data = new Uint8Array(4_500_001);
    const large = { image: { datatype: 'UINT8', shape: [data.length], data } } as const;
    const answer = await value(client.infer(large));
    expect(answer.source).toBe('device');
    expect(answer.race.cloud.error).toBeInstanceOf(RequestTooLargeError);
    expect(fake.service.inferences).toEqual([]);
  });

  it('refuses tensors that do not fit their shapes, before anyone is asked', async () => {
    const client = tensorClient(fake.service);
    const wrong = { audio: { ...tensors.audio, shape: [1, 5] } };
    await expect(client.infer(wrong)).rejects.toThrow(
      '"audio" of FP32 [1, 5] has 5 elements, not 4',
    );
    expect(fake.service.inferences).toEqual([]);
    expect(client.statistics().requests).toBe(0);
  });

  it('sends arrays as they were when it was called', async () => {
    const audio = { ...tensors.audio, data: new Float32Array([1, 2, 3, 4]) };
    const auth = async () => ({});
    const client = tensorClient(fake.service, { auth });
    const answer = client.infer({ audio });
    audio.data.fill(0);
    await value(answer);
    const [sent] = fake.service.inferences;
    const [input] = parseInferRequest(
      sent?.body as Uint8Array<ArrayBuffer>,
      sent?.headers['inference-header-content-length'],
    ).inputs;
    expect(new Float32Array(input?.bytes.slice().buffer ?? new ArrayBuffer(0))).toEqual(
      new Float32Array([1, 2, 3, 4]),
    );
  });

  it('ends with its signal', async () => {
    const controller = new AbortController();
    const client = tensorClient(fake.service, { onDevice: deviceFunction(100) });
    fake.service.infer = { hangs: true };
    const answer = client.infer(tensors, { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(answer).rejects.toThrow('changed my mind');
    expect(fake.service.inferences.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it('shows the late answer of the cloud when the race has settled', async () => {
    const { answer } = await infer({ onDevice: deviceFunction(30) }, { serverMs: 400 });
    expect(answer?.source).toBe('device');
    const { value: settled } = await outcome(answer?.settled ?? Promise.reject());
    expect(settled?.cloud).toMatchObject({ state: 'answered', endMs: 400 });
    expect(scoresOf(settled?.cloud.answer)).toEqual(new Float32Array([0.25, 0.75]));
  });
});

describe('the device', () => {
  const model = (options: Partial<TensorModel> = {}): TensorModel => ({
    ...{ name: 'tiny', accuracyPct: 60, infer: deviceFunction(30) },
    ...options,
  });

  it('is given typed tensors and the names of what is wanted', async () => {
    const run = vi.fn(deviceFunction(0));
    const client = tensorClient(fake.service, { onDevice: run, mode: 'device-only' });
    const audio = { datatype: 'FP32', shape: [2], data: [1, 2] } as const;
    const answer = await value(client.infer({ audio }, { outputs: ['scores'] }));
    expect(answer).toMatchObject({ source: 'device', race: { cloud: { state: 'skipped' } } });
    expect(run.mock.calls[0]).toEqual([
      { audio: { datatype: 'FP32', shape: [2], data: new Float32Array([1, 2]) } },
      { signal: expect.any(AbortSignal), outputs: ['scores'] },
    ]);
    expect(fake.service.requests).toEqual([]);
  });

  it.each<[string, TensorModel['infer'], string]>([
    [
      'nothing',
      () => undefined as never,
      'the answer of "tiny" is malformed: there are no tensors',
    ],
    [
      'too few elements',
      () => ({ scores: { datatype: 'FP32', shape: [2], data: [1] } }),
      'the answer of "tiny" is malformed: "scores" of FP32 [2] has 2 elements, not 1',
    ],
    ['another output', () => ({}), 'the answer of "tiny" lacks the output "scores"'],
  ])('is named when it gives %s', async (_, run, message) => {
    const onDevice = model({ infer: run });
    const { error } = await infer({ onDevice, mode: 'device-only' }, {}, { outputs: ['scores'] });
    expect(error).toMatchObject({ name: 'DeviceModelError', message });
  });

  it('answers where it is more accurate and in time as well', async () => {
    const { answer } = await infer({ onDevice: model({ accuracyPct: 90 }) }, { serverMs: 100 });
    expect(answer?.source).toBe('device');
  });

  it('spares the cloud when it is sure', async () => {
    const sure = model({ chanceOf: () => 0.99 });
    const { client } = await infer({ onDevice: sure, cloud: 'when-unsure', sureFrom: 0.9 });
    fake.service.requests.length = 0;
    const answer = await value(client.infer(tensors));
    expect(answer).toMatchObject({ source: 'device', race: { cloud: { state: 'skipped' } } });
    expect(fake.service.inferences).toEqual([]);
  });

  it('is loaded by prepare, and measured with the sample', async () => {
    const onDevice = [model({ prepare: async () => undefined }), model({ name: 'other' })];
    const client = tensorClient(fake.service, { onDevice });
    const { models } = await value(client.prepare({ sample: tensors }));
    expect(models).toMatchObject([
      { name: 'tiny', ready: true, measuredMs: 30 },
      { name: 'other', ready: true, measuredMs: 30 },
    ]);
  });
});

describe('a client for tensors', () => {
  it('tells what happens', async () => {
    const events: ClientEvent<TensorKind>[] = [];
    await infer({ onDevice: deviceFunction(30), onEvent: (event) => events.push(event) });
    const types = events.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['request', 'upload', 'model-ready', 'run', 'end']),
    );
    const upload = events.find((event) => event.type === 'upload')?.upload;
    const [sent] = fake.service.inferences;
    expect(sent?.body).toHaveLength(upload?.bytes ?? 0);
  });

  it('infers no more once it is closed', async () => {
    const client = tensorClient(fake.service);
    client.close();
    await expect(client.infer(tensors)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each<[string, object, string]>([
    ['no model', { model: '' }, 'model must name a catalogue'],
    ['an SLA of nothing', { slaMs: 0 }, 'slaMs must be from 1 to'],
    ['no function', { onDevice: { name: 'tiny', accuracyPct: 1 } }, '"tiny" lacks infer'],
  ])('is not made with %s', (_, options, message) => {
    const whole = { endpoint: 'https://service.example', model: 'digits', slaMs: 250, ...options };
    expect(() => createTensorClient(whole)).toThrow(message);
  });

  it('asks for the catalogue by its name, whatever is in it', async () => {
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url);
      throw new TypeError('Failed to fetch');
    };
    const { error } = await infer({ model: 'spoken digits/2', fetch });
    expect(error).toBeInstanceOf(NetworkError);
    expect(asked).toContain('https://service.example/v2/models/spoken%20digits%2F2/infer');
  });
});
