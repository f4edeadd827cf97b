import { describe, expect, it, vi } from 'vitest';
import { SlaExceededError } from '../../../lib/client/api/errors.ts';
import { fakeClient } from '../../../lib/client/testing.ts';

const image = new Blob(['a photo'], { type: 'image/jpeg' });

describe('fakeClient', () => {
  it('answers with the label that it was given, in time', async () => {
    const client = fakeClient({ answer: 'daisy' });
    const { settled, ...answer } = await client.classify(image);
    expect(answer).toMatchObject({
      predictions: [{ index: 0, label: 'daisy' }],
      source: 'cloud',
      inTime: true,
      timing: { slaMs: 250, totalMs: 50 },
      race: { slaMs: 250, winner: 'cloud', cloud: { state: 'answered', endMs: 50 } },
    });
    expect(await settled).toEqual(answer.race);
    expect(client.images).toEqual([image]);
  });

  it('answers with more, and judges by its time whether that is in time', async () => {
    const predictions = [{ index: 3, label: 'rose', score: 0.6 }];
    const client = fakeClient({
      answer: { predictions, source: 'device', model: 'tiny', accuracyPct: 50, totalMs: 120 },
    });
    expect(await client.classify(image)).toMatchObject({
      ...{ predictions, source: 'device', inTime: true },
      model: { name: 'tiny', accuracyPct: 50 },
      race: { winner: 'device', device: { state: 'answered', answer: { predictions } } },
    });
    expect(await client.classify(image, { slaMs: 100 })).toMatchObject({
      inTime: false,
      timing: { slaMs: 100, totalMs: 120 },
    });
    expect(client.statistics()).toMatchObject({ requests: 2, answeredByDevice: 2, inTime: 1 });
  });

  it('rejects with the error that it was given', async () => {
    const error = new SlaExceededError(250);
    const client = fakeClient({ answer: error });
    await expect(client.classify(image)).rejects.toBe(error);
    expect(client.statistics()).toMatchObject({ requests: 1, rejected: 1 });
  });

  it('goes by the image, and waits as long as the test wants', async () => {
    let give: (label: string) => void = () => undefined;
    const answer = vi.fn(
      () =>
        new Promise<string>((resolve) => {
          give = resolve;
        }),
    );
    const client = fakeClient({ answer });
    const options = { slaMs: 90 };
    const classification = client.classify(image, options);
    expect(answer).toHaveBeenCalledWith(image, options);
    give('daisy');
    expect((await classification).predictions[0]?.label).toBe('daisy');
  });

  it('gives the interim answer before', async () => {
    const client = fakeClient({ answer: { label: 'daisy', interim: 'rose' } });
    const seen: (string | undefined)[] = [];
    const { predictions } = await client.classify(image, {
      onInterim: (interim) => seen.push(interim.predictions[0]?.label),
    });
    expect([...seen, predictions[0]?.label]).toEqual(['rose', 'daisy']);
  });

  it('rejects as soon as it is aborted, as the client does', async () => {
    const client = fakeClient({ answer: () => new Promise(() => undefined) });
    const controller = new AbortController();
    const classification = client.classify(image, { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    await expect(classification).rejects.toThrow('changed my mind');
    await expect(client.classify(image, { signal: controller.signal })).rejects.toThrow(
      'changed my mind',
    );
    expect(client.images).toHaveLength(1);
    expect(client.statistics()).toMatchObject({ requests: 0, rejected: 0 });
  });

  it('keeps what it was asked beside images', async () => {
    const client = fakeClient();
    expect(await client.prepare({ slaMs: 100 })).toEqual({ models: [] });
    await client.prepare();
    expect(client.prepared).toEqual([{ slaMs: 100 }, {}]);
    const answer = await client.classify(image);
    expect(await client.feedback(answer, false)).toBe(true);
    expect(client.feedbacks).toEqual([{ answer, correct: false }]);
    const device = await fakeClient({ answer: { source: 'device' } }).classify(image);
    expect(await client.feedback(device, true)).toBe(false);
  });

  it('classifies no more once it is closed', async () => {
    const client = fakeClient();
    expect(client.isClosed).toBe(false);
    client.close();
    expect(client.isClosed).toBe(true);
    await expect(client.classify(image)).rejects.toMatchObject({
      name: 'AbortError',
      message: 'the client is closed',
    });
  });
});
