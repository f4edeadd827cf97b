import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoadProgress } from '../../../../lib/client/api/types.ts';
import { loadModelFile, type ModelStorage } from '../../../../lib/client/device/model-file.ts';

const content = new Uint8Array([1, 2, 3, 4, 5]);
const sha256 = createHash('sha256').update(content).digest('hex');
const file = { name: 'm', url: 'https://page.example/m.onnx', sha256, bytes: 5 };

function serve(...responses: (() => Response)[]) {
  const served = vi.fn(async (_: string) => {
    const next = responses.length > 1 ? responses.shift() : responses[0];
    if (!next) throw new TypeError('Failed to fetch');
    return next();
  });
  vi.stubGlobal('fetch', served);
  return served;
}
afterEach(() => vi.unstubAllGlobals());

class MemoryStorage implements ModelStorage {
  readonly files = new Map<string, Uint8Array>();
  get = vi.fn(async (hash: string) => this.files.get(hash));
  put = vi.fn(async (hash: string, bytes: Uint8Array) => {
    this.files.set(hash, bytes);
  });
}

describe('loadModelFile', () => {
  it('downloads a file once, and keeps it', async () => {
    const served = serve(() => new Response(content));
    const storage = new MemoryStorage();
    const progress: LoadProgress[] = [];
    expect(await loadModelFile(file, storage, (it) => progress.push(it))).toEqual(content);
    expect(storage.put).toHaveBeenCalledWith(sha256, content, 'm');
    expect(await loadModelFile(file, storage, (it) => progress.push(it))).toEqual(content);
    expect(served).toHaveBeenCalledOnce();
    expect(progress).toEqual([
      { loadedBytes: 5, totalBytes: 5 },
      { loadedBytes: 5, totalBytes: 5 },
    ]);
  });

  it.each([Uint8Array.of(1, 2, 3, 4, 6), Uint8Array.of(1)])(
    'fetches it again when what was kept is damaged',
    async (damaged) => {
      const served = serve(() => new Response(content));
      const storage = new MemoryStorage();
      storage.files.set(sha256, damaged);
      expect(await loadModelFile(file, storage)).toEqual(content);
      expect(served).toHaveBeenCalledOnce();
      expect(storage.files.get(sha256)).toEqual(content);
    },
  );

  it('does without a storage that fails', async () => {
    serve(() => new Response(content));
    const broken: ModelStorage = {
      get: () => Promise.reject(new Error('no access')),
      put: () => Promise.reject(new Error('full')),
    };
    expect(await loadModelFile(file, broken)).toEqual(content);
  });

  it('neither checks nor keeps a file whose hash it is not told', async () => {
    serve(() => new Response(content));
    const storage = new MemoryStorage();
    const { name, url } = file;
    expect(await loadModelFile({ name, url }, storage)).toEqual(content);
    expect(storage.put).not.toHaveBeenCalled();
  });

  it.each([
    ['of another hash', Uint8Array.of(1, 2, 3, 4, 6)],
    ['of another length', Uint8Array.of(1, 2, 3)],
  ])('refuses a file %s, and does not keep it', async (_, other) => {
    serve(() => new Response(other));
    const storage = new MemoryStorage();
    await expect(loadModelFile(file, storage)).rejects.toMatchObject({
      name: 'DeviceModelError',
      message: expect.stringContaining(`is not the file of "m"`),
    });
    expect(storage.put).not.toHaveBeenCalled();
  });

  it('checks the length alone where there is no crypto', async () => {
    vi.stubGlobal('crypto', undefined);
    serve(() => new Response(Uint8Array.of(9, 9, 9, 9, 9)));
    expect(await loadModelFile(file, undefined)).toHaveLength(5);
    serve(() => new Response(Uint8Array.of(9)));
    await expect(loadModelFile(file, undefined)).rejects.toThrow('1 bytes');
  });

  it('reads as a whole where there are no streams', async () => {
    serve(() => Object.assign(new Response(content), {}));
    const whole = { ok: true, headers: new Headers(), arrayBuffer: async () => content.buffer };
    vi.stubGlobal('fetch', async () => whole);
    const progress: LoadProgress[] = [];
    expect(await loadModelFile(file, undefined, (it) => progress.push(it))).toEqual(content);
    expect(progress).toEqual([{ loadedBytes: 5, totalBytes: 5 }]);
  });

  it.each([
    ['5', {}, 5],
    ['5', { 'content-encoding': 'gzip' }, undefined],
    [undefined, {}, undefined],
  ])('tells the total that the server tells: %s %o', async (length, more, totalBytes) => {
    const headers = { ...(length && { 'content-length': length }), ...more };
    serve(() => new Response(content, { headers }));
    const progress: LoadProgress[] = [];
    const { name, url } = file;
    await loadModelFile({ name, url }, undefined, (it) => progress.push(it));
    expect(progress).toEqual([{ loadedBytes: 5, totalBytes }]);
  });

  it.each<[string, (() => Response)[]]>([
    ['cannot be reached', []],
    ['answered with status 404', [() => new Response('', { status: 404 })]],
    ['is a web page', [() => new Response('', { headers: { 'content-type': 'text/html' } })]],
    [
      'broke off after 2 bytes',
      [
        () => {
          const parts = [Uint8Array.of(1, 2)];
          const pull = (controller: ReadableStreamDefaultController) => {
            const part = parts.pop();
            if (part) controller.enqueue(part);
            else controller.error(new Error('reset'));
          };
          return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
        },
      ],
    ],
  ])('says that the address %s', async (why, responses) => {
    serve(...responses);
    await expect(loadModelFile(file, undefined)).rejects.toMatchObject({
      name: 'DeviceModelError',
      message: `the file of "m" cannot be loaded: ${file.url} ${why}`,
    });
  });
});
