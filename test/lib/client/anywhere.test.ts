import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { answer as predicted } from '../playground/results/races.ts';
import { tensorAnswer } from './tensors/fake-tensors.ts';

/** An entry of the client, bundled as apps do. */
function bundle(entry: 'index' | 'tensors', format: 'esm' | 'iife') {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [`lib/client/${entry}.ts`],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format,
    globalName: 'sdk',
    platform: 'neutral',
  });
  return { code: outputFiles[0]?.text ?? '', metafile };
}
const bytesOf = (entry: 'index' | 'tensors') =>
  gzipSync(bundle(entry, 'esm').code, { level: 9 }).length;

// Of what Node has, and browsers and React Native have not all, nothing: no process, Buffer, URL,
// DOMException, structuredClone, TextDecoder, AbortSignal.timeout or any.
const globals = {
  ...{ setTimeout, clearTimeout, performance, AbortController, Blob },
  fetch: () => Promise.reject(new TypeError('Network request failed')),
};

describe('the client’s bundle', () => {
  const { code, metafile } = bundle('index', 'iife');

  it('holds nothing but the client and what it shares with the service', () => {
    const foreign = Object.keys(metafile.inputs).filter(
      (path) => !/^lib\/(client|core)\//.test(path),
    );
    expect(foreign).toEqual([]);
  });

  it('is under 8 KB gzipped', () => {
    expect(bytesOf('index')).toBeLessThan(8 * 1_024);
  });

  it('works where there is little', async () => {
    const context = createContext({ ...globals });
    new Script(code).runInContext(context);
    const answer = await new Script(`
      sdk.createClient({
        endpoint: 'https://service.example',
        slaMs: 200,
        onDevice: {
          name: 'tiny',
          accuracyPct: 50,
          classify: async () => ({ predictions: [{ index: 0, label: 'disc', score: 1 }] }),
        },
      }).classify(new ArrayBuffer(3), { contentType: 'image/jpeg' })
    `).runInContext(context);
    expect(answer).toMatchObject({ source: 'device', model: { name: 'tiny' } });
    expect((await answer.settled).cloud.error).toMatchObject({ name: 'NetworkError' });
  });

  it('rejects there with its named errors', async () => {
    const context = createContext({ ...globals });
    new Script(code).runInContext(context);
    const classification = new Script(`
      sdk.createClient({ endpoint: 'https://service.example', slaMs: 200 })
        .classify(new Blob(['?'], { type: 'image/jpeg' }))
    `).runInContext(context);
    await expect(classification).rejects.toMatchObject({ name: 'NetworkError' });
  });
});

describe('the bundle of the client for tensors', () => {
  const { code, metafile } = bundle('tensors', 'iife');

  it('holds no more than the race, the codec and what they share with the service', () => {
    const foreign = Object.keys(metafile.inputs).filter(
      (path) =>
        !/^lib\/(client|core|protocol)\//.test(path) || /images|uploads|zod|problem/.test(path),
    );
    expect(foreign).toEqual([]);
  });

  it('is under 11 KB gzipped', () => {
    expect(bytesOf('tensors')).toBeLessThan(11 * 1_024);
  });

  /** What comes of `infer`, where a script runs in so bare a place. */
  const infer = (fetch: unknown, onDevice = 'undefined') => {
    const context = createContext({ ...globals, fetch });
    new Script(code).runInContext(context);
    return new Script(`
      sdk.createTensorClient({
        endpoint: 'https://service.example',
        model: 'digits',
        slaMs: 5_000,
        onDevice: ${onDevice},
      }).infer({ audio: { datatype: 'FP32', shape: [2], data: [1, 2] } })
    `).runInContext(context);
  };

  it('works where there is little: on the device', async () => {
    const answer = await infer(globals.fetch, '({ audio }) => ({ same: audio })');
    expect(answer).toMatchObject({ source: 'device', model: { name: 'device' } });
    expect(Array.from(answer.outputs.same.data)).toEqual([1, 2]);
    expect((await answer.settled).cloud.error).toMatchObject({ name: 'NetworkError' });
  });

  it('works where there is little: in the cloud', async () => {
    const { bytes, headerLength } = tensorAnswer(predicted);
    const headers = { 'inference-header-content-length': String(headerLength) };
    const answer = await infer(async () => new Response(bytes, { headers }));
    expect(answer).toMatchObject({ source: 'cloud', model: predicted.model });
    expect(Array.from(answer.outputs.scores.data)).toEqual([0.25, 0.75]);
  });

  it('rejects there with its named errors', async () => {
    await expect(infer(globals.fetch)).rejects.toMatchObject({ name: 'NetworkError' });
  });
});
