import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import { chromiumPath, launchBrowser } from './browser.ts';
import { clientModules, type PageFile, PageServer } from './module-page.ts';

interface Outcome {
  readonly label?: string;
  readonly error?: { readonly name: string; readonly message: string };
  readonly progress: readonly { loadedBytes: number; totalBytes?: number }[];
}

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const model = catalogue.models.find(({ name }) => name === catalogue.onDevice);
const sample = catalogue.samples[0];
if (!model || !sample) throw new Error('the catalogue has no model for devices');
const wasm = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
const modules = chromiumPath
  ? clientModules('onnxruntime-web-worker', 'image-worker', '../../test/e2e/page/model')
  : new Map<string, PageFile>();

let browser: Browser;
let server: PageServer;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (chromiumPath) browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** A page that has kept nothing, of a server of its own. */
beforeEach(async () => {
  if (!chromiumPath) return;
  server = await PageServer.start(
    new Map([
      ...modules,
      ['/catalogue.json', { body: JSON.stringify(catalogue), type: 'application/json' }],
      ['/model.onnx', { body: readFileSync(join(directory, model.file)), type: 'x/x' }],
      ['/ort.wasm', { body: readFileSync(wasm), type: 'application/wasm' }],
      ['/sample.jpg', { body: readFileSync(join(directory, sample.file)), type: 'image/jpeg' }],
      ['/app.html', { body: '<!doctype html><title>App</title>', type: 'text/html' }],
    ]),
  );
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(server.url);
});
afterEach(async () => {
  await context?.close();
  server?.close();
});

async function call<Result>(name: string, settings?: object): Promise<Result> {
  const module = "import('/model.js')";
  return (await page.evaluate(
    `${module}.then((it) => it.${name}(${JSON.stringify(settings) ?? ''}))`,
  )) as Result;
}
const classify = (settings: object = {}) =>
  call<Outcome>('classify', { image: '/sample.jpg', ...settings });
const asked = (path: string) => server.asked.filter((it) => it === path).length;

describe.skipIf(!chromiumPath)('a model on the device', () => {
  it('is downloaded once, with progress, and needs no network when the page starts again', async () => {
    const first = await classify();
    expect(first).toMatchObject({ label: sample.label });
    expect(first.progress.at(-1)).toEqual({ loadedBytes: model.bytes, totalBytes: model.bytes });
    expect(asked('/model.onnx')).toBe(1);
    expect(await call('kept')).toEqual([
      `https://models.invalid/${model.sha256}?name=${model.name}`,
    ]);
    server.files.delete('/model.onnx');
    await page.reload();
    expect(await classify()).toMatchObject({ label: sample.label });
    expect(asked('/model.onnx')).toBe(1);
  });

  it('is fetched again when what was kept is damaged', async () => {
    await classify();
    await call('damage');
    await page.reload();
    expect(await classify()).toMatchObject({ label: sample.label });
    expect(asked('/model.onnx')).toBe(2);
    await page.reload();
    await classify();
    expect(asked('/model.onnx')).toBe(2);
  });

  it('of a new version takes the place of the old one', async () => {
    await classify();
    await page.evaluate(`caches.open('mdinference-models').then(async (cache) => {
      const [request] = await cache.keys();
      const old = request.url.replace('${model.sha256}', '0'.repeat(64));
      await cache.put(old, await cache.match(request));
      await cache.delete(request);
    })`);
    await page.reload();
    await classify();
    expect(await call('kept')).toEqual([
      `https://models.invalid/${model.sha256}?name=${model.name}`,
    ]);
  });

  it.each([
    ['its file is missing', { model: '/none.onnx' }, 'status 404'],
    ['its address is that of a page', { model: '/app.html' }, 'is a web page'],
    ['its file is another', { model: '/sample.jpg' }, 'is not the file of'],
    ['the wasm is missing', { wasm: '/none.wasm' }, 'wasmPaths'],
    ['the wasm is a page', { wasm: '/app.html' }, 'wasmPaths'],
  ])('says that %s', async (_, settings, part) => {
    const { error } = await classify(settings);
    expect(error?.name).toBe('DeviceModelError');
    expect(error?.message).toContain(part);
  });

  it('says that its worker is missing', async () => {
    server.files.delete('/onnxruntime-web-worker.js');
    const { error } = await classify();
    expect(error?.message).toContain('worker of the model could not be started');
  });

  it('says what the content security policy has to allow', async () => {
    const headers = { 'content-security-policy': "default-src 'self'; script-src 'self'" };
    for (const path of ['/app.html', ...modules.keys()]) {
      const file = server.files.get(path);
      if (file) server.files.set(path, { ...file, headers });
    }
    await page.goto(`${server.url}/app.html`);
    // A test's own code is exempt in the page, not in the worker.
    const { error } = await classify();
    expect(error?.name).toBe('DeviceModelError');
    expect(error?.message).toContain("add 'wasm-unsafe-eval' to its script-src");
  });
});
