import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** The client's entry, bundled as apps do. */
function bundle(format: 'esm' | 'iife') {
  const { outputFiles, metafile } = buildSync({
    entryPoints: ['lib/client/index.ts'],
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
const { code, metafile } = bundle('iife');

describe('the client’s bundle', () => {
  it('holds nothing but the client and what it shares with the service', () => {
    const foreign = Object.keys(metafile.inputs).filter(
      (path) => !/^lib\/(client|core)\//.test(path),
    );
    expect(foreign).toEqual([]);
  });

  it('is under 8 KB gzipped', () => {
    expect(gzipSync(bundle('esm').code, { level: 9 }).length).toBeLessThan(8 * 1_024);
  });

  // Of what Node has, and browsers and React Native have not all, nothing: no process, Buffer, URL,
  // DOMException, structuredClone, AbortSignal.timeout or any.
  const globals = {
    ...{ setTimeout, clearTimeout, performance, AbortController, Blob },
    fetch: () => Promise.reject(new TypeError('Network request failed')),
  };

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
