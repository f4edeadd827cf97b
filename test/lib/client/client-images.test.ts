import { describe, expect, it, vi } from 'vitest';
import type { DeviceInput } from '../../../lib/client/api/image.ts';
import type {
  Destination,
  ImagePipeline,
  Post,
  Sending,
} from '../../../lib/client/api/pipeline.ts';
import type { Upload } from '../../../lib/client/api/upload-settings.ts';
import { FakeModel } from './fake-service.ts';
import { image, outcome, prepared, useFakeService, value } from './running-client.ts';

const fake = useFakeService();
const small = new Blob(['a smaller image'], { type: 'image/webp' });

/** A pipeline that takes so many ms to make an upload. */
function pipeline(encodeMs = 0) {
  const calls = {
    opened: [] as [DeviceInput, number][],
    uploads: [] as [Upload | undefined, Destination | undefined][],
    sendings: [] as Sending[],
    closed: 0,
  };
  const made = {
    open: (
      input: DeviceInput,
      shorterSide: number,
      upload?: Upload | undefined,
      service?: Destination | undefined,
    ) => {
      calls.opened.push([input, shorterSide]);
      calls.uploads.push([upload, service]);
      return {
        pixels: vi.fn(async () => ({ data: new Uint8Array(3), width: 1, height: 1 }) as never),
        send: async (post: Post, sending: Sending) => {
          calls.sendings.push(sending);
          if (encodeMs > 0) await new Promise((resolve) => setTimeout(resolve, encodeMs));
          return await post({ image: small, contentType: 'image/webp', bytes: small.size });
        },
        close: () => {
          calls.closed++;
        },
      };
    },
    prepare: vi.fn(async () => undefined),
    close: vi.fn(),
  } satisfies ImagePipeline;
  return { images: made, calls };
}

describe('the image of a request', () => {
  it('is opened once, for the upload and for the model, and closed when both have ended', async () => {
    const { images, calls } = pipeline();
    const onDevice = Object.assign(new FakeModel(30), { shorterSide: 300 });
    const classifies = vi.spyOn(onDevice, 'classify');
    const client = fake.client({ onDevice, images, upload: { maxSide: 99 } });
    fake.service.infer = { serverMs: 400 };
    const { settled } = await value(client.classify(image));
    expect(calls.opened).toEqual([[{ image, contentType: 'image/jpeg' }, 300]]);
    expect(calls.uploads).toEqual([
      [{ maxSide: 99 }, expect.objectContaining({ models: undefined })],
    ]);
    expect(classifies.mock.calls[0]?.[1]).toMatchObject({ pixels: expect.any(Function) });
    expect(calls.closed).toBe(0);
    await vi.runAllTimersAsync();
    await settled;
    expect(calls.closed).toBe(1);
  });

  it('is sent as it was encoded, with what that left of the SLA', async () => {
    const { images } = pipeline(40.5);
    const { answer } = await fake.classify({ images });
    expect(fake.service.inferences[0]).toMatchObject({
      body: small,
      headers: { 'content-type': 'image/webp', 'mdi-sla-ms': '210' },
    });
    expect(answer?.race.cloud.startMs).toBe(40);
  });

  it('is not sent when it was called off meanwhile', async () => {
    const { images } = pipeline(40);
    const uploads: unknown[] = [];
    const onEvent = ({ type }: { type: string }) => type === 'upload' && uploads.push(type);
    const controller = new AbortController();
    const { signal } = controller;
    const failed = fake.client({ images, onEvent }).classify(image, { signal });
    controller.abort(new Error('no longer wanted'));
    await expect(failed).rejects.toThrow('no longer wanted');
    await vi.runAllTimersAsync();
    expect([uploads, fake.service.inferences]).toEqual([[], []]);
  });

  it('can be what has no file, where there is a pipeline', async () => {
    const pixels = { data: new Uint8Array(3), width: 1, height: 1 };
    const { images } = pipeline();
    expect((await value(fake.client({ images }).classify(pixels))).source).toBe('cloud');
    const { error } = await outcome(fake.client().classify(pixels));
    expect(error).toMatchObject({
      name: 'ImageFormatError',
      message: 'an image without a file cannot be sent: set images, such as webImages()',
    });
  });

  it('is not opened when it is a raw tensor', async () => {
    const { images, calls } = pipeline();
    const tensor = new Uint8Array(12);
    const contentType = 'application/octet-stream';
    await value(fake.client({ images }).classify(tensor, { contentType }));
    expect(calls.opened).toEqual([]);
    expect(fake.service.inferences[0]?.body).toBe(tensor);
  });

  it('is decoded by what the model brings, unless the app says otherwise', async () => {
    const [own, other] = [pipeline(), pipeline()];
    const onDevice = Object.assign(new FakeModel(0), { images: own.images });
    await value(fake.client({ onDevice }).classify(image));
    expect(own.calls.opened).toHaveLength(1);
    await value(fake.client({ onDevice, images: other.images }).classify(image));
    expect(own.calls.opened).toHaveLength(1);
    expect(other.calls.opened).toHaveLength(1);
  });

  it('leaves the answer to the device when no upload can be made of it', async () => {
    const { images } = pipeline();
    const send = () => Promise.reject(new Error('out of memory'));
    const broken = {
      ...images,
      open: () => ({ ...images.open({ image, contentType: '' }, 0), send }),
    };
    const client = fake.client({ onDevice: new FakeModel(30), images: broken });
    const { source, race } = await value(client.classify(image));
    expect(source).toBe('device');
    expect(race.cloud).toMatchObject({ state: 'failed', error: { message: 'out of memory' } });
    expect(race.cloud.startMs).toBeUndefined();
  });
});

describe('the pipeline', () => {
  it('is prepared with the client and closed with it', async () => {
    const { images, calls } = pipeline();
    const client = fake.client({ onDevice: new FakeModel(30), images });
    await prepared(client, { sample: image });
    expect(images.prepare).toHaveBeenCalledOnce();
    expect(calls.opened).toHaveLength(1);
    expect(calls.closed).toBe(1);
    client.close();
    expect(images.close).toHaveBeenCalledOnce();
  });
});
