import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ModelService, modelHandler } from '../../../functions/inference/model-handler.ts';
import type { InferenceEvent } from '../../../lib/core/contract/inference-event.ts';
import { warmUpEvent } from '../../../lib/core/contract/warm-up.ts';
import {
  NonFiniteOutputError,
  TensorLengthError,
  TensorValueError,
} from '../../../lib/core/preprocessing/errors.ts';
import { NotTheViewError, UndecodableImageError } from '../../../lib/service/inference/errors.ts';
import { installStreamify, invokeStreaming } from '../../fixtures/streamify.ts';

installStreamify();
const now = Date.UTC(2026, 10, 24, 8, 27);
beforeEach(() => {
  vi.useFakeTimers({ now });
});
afterEach(() => {
  vi.useRealTimers();
});

const image = { predictions: [{ index: 0, label: 'image', score: 1 }], decodeMs: 1, runMs: 2 };
const tensor = { ...image, predictions: [{ index: 1, label: 'tensor', score: 1 }] };
const event: InferenceEvent = {
  requestId: 'r-1',
  contentType: 'image/jpeg',
  body: Buffer.from('photo').toString('base64'),
  invokedEpochMs: now - 30,
  record: true,
};

/** A model's function, just started, none of whose parts is real. */
function started({ startedOnDemand = true, startMs = 0 } = {}) {
  const parts = {
    ownStart: { before: vi.fn<ModelService['ownStart']['before']>(() => 0) },
    classifier: {
      classifyImage: vi.fn<ModelService['classifier']['classifyImage']>(async () => image),
      classifyTensor: vi.fn<ModelService['classifier']['classifyTensor']>(async () => tensor),
    },
    store: { record: vi.fn<ModelService['store']['record']>(async () => ({ applied: true })) },
    telemetry: {
      logger: { warn: vi.fn(), error: vi.fn() },
      count: vi.fn<ModelService['telemetry']['count']>(),
    },
  };
  if (startMs > 0) parts.ownStart.before.mockReturnValueOnce(startMs);
  const handler = modelHandler({ ...parts, profileKey: 'd/c/m@1', startedOnDemand });
  const invoke = async (changes: Partial<typeof event> = {}) =>
    JSON.parse(await invokeStreaming(handler, { ...event, ...changes }));
  return { ...parts, handler, invoke };
}

describe('a model’s handler', () => {
  it('answers to an image in one line', async () => {
    const { handler, classifier } = started();
    const text = await invokeStreaming(handler, event);
    const answer = { status: 'ok', ...image, coldStart: true, tookMs: 0 };
    expect(text).toBe(`${JSON.stringify(answer)}\n`);
    expect(classifier.classifyImage.mock.calls).toEqual([[Buffer.from('photo'), undefined]]);
  });

  it('answers to an image that is the view', async () => {
    const { invoke, classifier } = started();
    const view = { width: 224, height: 224, resizeShorterSide: 256 };
    expect(await invoke({ view })).toMatchObject({ status: 'ok', ...image });
    expect(classifier.classifyImage.mock.calls).toEqual([[Buffer.from('photo'), view]]);
  });

  it('answers to a raw tensor', async () => {
    const { invoke } = started();
    expect(await invoke({ contentType: 'application/octet-stream' })).toMatchObject(tensor);
  });

  it('says how long it took, and the caller waited for its start, by its own clock', async () => {
    const { invoke, classifier, ownStart } = started({ startMs: 600 });
    classifier.classifyImage.mockImplementation(async () => {
      vi.advanceTimersByTime(40);
      // A correction of the wall clock.
      vi.setSystemTime(now - 5_000);
      return image;
    });
    expect(await invoke()).toMatchObject({ startMs: 600, tookMs: 40 });
    const warm = await invoke();
    expect(warm).toMatchObject({ tookMs: 40 });
    expect(warm).not.toHaveProperty('startMs');
    expect(ownStart.before.mock.calls[0]).toEqual([event.invokedEpochMs]);
  });

  it('records its own time and what its caller says of the way, whatever the clocks say', async () => {
    const { invoke, classifier, store } = started({ startMs: 600 });
    classifier.classifyImage.mockImplementation(async () => {
      vi.advanceTimersByTime(40);
      return image;
    });
    const overheadMs = { warm: 12, cold: 150 };
    for (const offMs of [-300, 0, 300, 3_600_000]) {
      await invoke({ overheadMs, invokedEpochMs: now + offMs });
    }
    expect(store.record.mock.calls.map(([, observation]) => observation)).toEqual([
      { kind: 'cold', serviceUs: 790_000 },
      ...Array(3).fill({ kind: 'warm', serviceUs: 52_000 }),
    ]);
  });

  it('records the time since it was invoked, when the caller has the answer', async () => {
    const { handler, store } = started();
    const order: string[] = [];
    store.record.mockImplementation(async () => {
      order.push('recorded');
      return { applied: true };
    });
    await invokeStreaming(handler, event, () => order.push('answered'));
    expect(order).toEqual(['answered', 'recorded']);
    expect(store.record.mock.calls).toEqual([
      ['d/c/m@1', { kind: 'cold', serviceUs: expect.closeTo(30_000, -4) }],
    ]);
  });

  it('is not done before its profile is updated: from then on, Lambda may freeze it', async () => {
    const { handler, store } = started();
    const update = Promise.withResolvers<{ applied: true }>();
    store.record.mockReturnValue(update.promise);
    const answered = Promise.withResolvers<string>();
    let isDone = false;
    const done = invokeStreaming(handler, event, answered.resolve).then(() => {
      isDone = true;
    });
    await answered.promise;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isDone).toBe(false);
    update.resolve({ applied: true });
    await done;
  });

  it('records no time below zero where clocks disagree', async () => {
    const { invoke, store } = started();
    await invoke({ invokedEpochMs: now + 1000 });
    expect(store.record.mock.calls[0]?.[1]).toMatchObject({ serviceUs: 0 });
  });

  it('is cold at its first call and warm from then on', async () => {
    const { invoke, store } = started();
    const answers = [await invoke(), await invoke(), await invoke()];
    expect(answers.map(({ coldStart }) => coldStart)).toEqual([true, false, false]);
    expect(store.record.mock.calls.map(([, { kind }]) => kind)).toEqual(['cold', 'warm', 'warm']);
  });

  it('is never cold with provisioned concurrency', async () => {
    const { invoke, store } = started({ startedOnDemand: false });
    expect((await invoke()).coldStart).toBe(false);
    expect(store.record.mock.calls[0]?.[1]).toMatchObject({ kind: 'warm' });
  });

  it('is warm after a warm-up, which is neither answered nor recorded', async () => {
    const { handler, invoke, store, classifier } = started();
    expect(await invokeStreaming(handler, warmUpEvent)).toBe('');
    expect(classifier.classifyImage).not.toHaveBeenCalled();
    expect(store.record).not.toHaveBeenCalled();
    expect((await invoke()).coldStart).toBe(false);
  });

  it('does not run an event that nobody waits for any more, and does not count it', async () => {
    const { invoke, classifier, store } = started();
    expect(await invoke({ answerByEpochMs: now - 1 })).toMatchObject({
      status: 'deadline-passed',
      detail: 'the deadline had passed before the model was run',
      coldStart: true,
    });
    expect(classifier.classifyImage).not.toHaveBeenCalled();
    expect(store.record).not.toHaveBeenCalled();
    expect(await invoke({ answerByEpochMs: now + 1 })).toMatchObject({ status: 'ok' });
  });

  it('counts a call that took far too long as a failure: its time says nothing of the model’s speed', async () => {
    const { invoke, store, classifier } = started();
    classifier.classifyImage.mockImplementation(async () => {
      vi.advanceTimersByTime(3_000);
      return image;
    });
    expect(await invoke({ brokenAfterMs: 2_999 })).toMatchObject({ status: 'ok', tookMs: 3_000 });
    await invoke({ brokenAfterMs: 3_000 });
    expect(store.record.mock.calls.map(([, observation]) => observation.kind)).toEqual([
      'failure',
      'warm',
    ]);
  });

  it('leaves the profiler’s calls to the profiler', async () => {
    const { invoke, store } = started();
    await invoke({ record: false });
    expect(store.record).not.toHaveBeenCalled();
  });

  it.each([
    ['undecodable-image', new UndecodableImageError('no image')],
    ['not-the-view', new NotTheViewError('another size')],
    ['wrong-tensor-length', new TensorLengthError('too short')],
    ['wrong-tensor-values', new TensorValueError('NaN')],
  ])('says %s, for which the model is not to blame', async (status, error) => {
    const { invoke, classifier, store } = started();
    classifier.classifyImage.mockRejectedValue(error);
    const answer = { status, detail: error.message, coldStart: true, tookMs: 0 };
    expect(await invoke()).toEqual(answer);
    expect(store.record).not.toHaveBeenCalled();
  });

  it('counts an answer of NaN as a failure of the model', async () => {
    const { invoke, classifier, store } = started();
    classifier.classifyImage.mockRejectedValue(new NonFiniteOutputError('NaN'));
    expect(await invoke()).toMatchObject({ status: 'non-finite-output' });
    expect(store.record.mock.calls).toEqual([['d/c/m@1', { kind: 'failure' }]]);
  });

  it('fails with what nobody expected', async () => {
    const { invoke, classifier, store } = started();
    classifier.classifyImage.mockRejectedValue(new Error('out of memory'));
    await expect(invoke()).rejects.toThrow('out of memory');
    expect(store.record).not.toHaveBeenCalled();
  });

  it('fails for an event of another form', async () => {
    const { handler } = started();
    await expect(invokeStreaming(handler, { body: 'x' })).rejects.toThrow('requestId');
  });

  it.each([false, 'unknown'] as const)('tells of an update that is lost (%s)', async (applied) => {
    const { invoke, store, telemetry } = started();
    const error = new Error('throttled');
    store.record.mockResolvedValue({ applied, error });
    await invoke();
    expect(telemetry.count.mock.calls).toEqual([['ProfileUpdateLost']]);
    expect(telemetry.logger.warn.mock.calls).toEqual([
      ['profile not updated', { requestId: 'r-1', applied, error }],
    ]);
  });

  it('tells nothing of an update that is applied', async () => {
    const { invoke, telemetry } = started();
    await invoke();
    expect(telemetry.count).not.toHaveBeenCalled();
    expect(telemetry.logger.warn).not.toHaveBeenCalled();
  });
});
