import { afterEach, describe, expect, it, vi } from 'vitest';
import { shrink, sizeOf } from '../../../../lib/client/images/upload.ts';
import { FakeModel } from '../fake-service.ts';
import { useFakeService, value } from '../running-client.ts';

const fake = useFakeService();
const large = new Blob(['a large image'], { type: 'image/png' });
const small = { image: new Blob(['small'], { type: 'image/jpeg' }), contentType: 'image/jpeg' };

/** Takes 40 ms of the SLA. */
const resize = vi.fn(async () => {
  await new Promise((resolve) => setTimeout(resolve, 40));
  return small;
});

describe('upload', () => {
  it('sends the smaller image with its type, and what is left of the SLA', async () => {
    const onDevice = new FakeModel(10);
    const given = vi.spyOn(onDevice, 'classify');
    const client = fake.client({ onDevice, upload: { maxSide: 256, resize } });
    await value(client.prepare());
    fake.service.infer = { inputMs: 30, serverMs: 20, outputMs: 10 };
    const startMs = fake.service.epochMs();
    const { race, timing } = await value(client.classify(large));
    expect(resize).toHaveBeenCalledWith(
      { image: large, contentType: 'image/png' },
      { maxSide: 256, quality: 0.85, type: 'image/jpeg' },
    );
    const [request] = fake.service.inferences;
    expect(request?.body).toBe(small.image);
    expect(request?.headers).toMatchObject({ 'content-type': 'image/jpeg', 'mdi-sla-ms': '210' });
    expect(Number(request?.headers['mdi-upload-start'])).toBeCloseTo(startMs + 40, 1);
    expect(race.cloud).toMatchObject({ startMs: 40, endMs: 100 });
    expect(timing.totalMs).toBe(100);
    expect(client.statistics().outputMs).toBeCloseTo(10, 1);
    // The device works on the image itself.
    expect(given.mock.calls[0]?.[0]).toBe(large);
  });

  it.each([
    ['a raw tensor', { image: new Uint8Array(9), contentType: 'application/octet-stream' }, resize],
    [
      'what has become larger',
      { image: new Blob(['tiny']), contentType: 'image/png' },
      async () => small,
    ],
    [
      'what cannot be resized',
      { image: large, contentType: 'image/png' },
      () => Promise.reject(new Error()),
    ],
    ['what need not be', { image: large, contentType: 'image/png' }, async () => undefined],
    ['everything where there is no canvas', { image: large, contentType: 'image/png' }, undefined],
  ])('leaves %s as it is', async (_, input, how) => {
    const settings = { maxSide: 1, ...(how && { resize: how }) };
    expect(await value(shrink(input, settings))).toBe(input);
  });

  it('knows the size of whatever is uploaded', () => {
    expect(sizeOf(new Blob(['123']))).toBe(3);
    expect(sizeOf(new ArrayBuffer(4))).toBe(4);
    expect(sizeOf(new DataView(new ArrayBuffer(8), 2, 5))).toBe(5);
  });
});

describe('by OffscreenCanvas', () => {
  const drawn: unknown[][] = [];
  const closed = vi.fn();
  /** A browser that shows every image with these sides, and writes any in three bytes. */
  function browser(width: number, height: number) {
    const bitmap = { width, height, close: closed };
    class Canvas {
      readonly #size: number[];
      constructor(...size: number[]) {
        this.#size = size;
      }
      getContext() {
        const drawImage = (...to: unknown[]) => drawn.push([...to.slice(1), ...this.#size]);
        return { imageSmoothingQuality: 'low', drawImage };
      }
      convertToBlob = async (options: object) => new Blob([JSON.stringify(options).slice(0, 3)]);
    }
    const decode = vi.fn(async (_: Blob) => bitmap);
    vi.stubGlobal('createImageBitmap', decode);
    vi.stubGlobal('OffscreenCanvas', Canvas);
    return decode;
  }
  afterEach(() => {
    vi.unstubAllGlobals();
    drawn.length = 0;
    closed.mockClear();
  });
  const input = { image: large, contentType: 'image/png' };

  it.each([
    [1_000, 500, [100, 50]],
    [500, 1_000, [50, 100]],
    [1_000, 1, [100, 1]],
  ])('scales the longer side of %i x %i down', async (width, height, size) => {
    browser(width, height);
    const smaller = await shrink(input, { maxSide: 100 });
    expect(smaller.contentType).toBe('image/jpeg');
    expect(sizeOf(smaller.image)).toBe(3);
    expect(drawn).toEqual([[0, 0, ...size, ...size]]);
    expect(closed).toHaveBeenCalledOnce();
  });

  it.each([
    [100, 50],
    [20, 30],
  ])('leaves %i x %i as it is', async (width, height) => {
    browser(width, height);
    expect(await shrink(input, { maxSide: 100 })).toBe(input);
    expect(drawn).toEqual([]);
    expect(closed).toHaveBeenCalledOnce();
  });

  it('gives bytes their type before they are decoded', async () => {
    const decode = browser(1_000, 500);
    await shrink({ image: new Uint8Array(9), contentType: 'image/webp' }, { maxSide: 100 });
    expect(decode.mock.calls[0]?.[0]).toMatchObject({ type: 'image/webp', size: 9 });
  });

  it.each(['createImageBitmap', 'OffscreenCanvas'])(
    'leaves images as they are where there is no %s',
    async (name) => {
      browser(1_000, 500);
      vi.stubGlobal(name, undefined);
      expect(await shrink(input, { maxSide: 100 })).toBe(input);
    },
  );
});
