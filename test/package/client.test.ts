import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InstalledPackage, root, run } from './installed.ts';

let client: InstalledPackage;
let packages: number;

beforeAll(async () => {
  client = await InstalledPackage.pack('client');
  packages = await client.install();
}, 240_000);
afterAll(() => client?.remove());

const installed = () => join(client.app, 'node_modules/@mdinference/client');

describe('the client’s package', () => {
  it('is one package of less than a megabyte, with its licence', () => {
    expect(packages).toBe(1);
    expect(client.packed.unpackedSize).toBeLessThan(1e6);
    const paths = client.packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'sbom.cdx.json']),
    );
    expect(paths.filter((path) => !/^(esm|cjs)\/|^[^/]+$/.test(path))).toEqual([]);
  });

  it('contains nobody else’s package, and says so', () => {
    const bill = client.readJson('node_modules/@mdinference/client/sbom.cdx.json');
    expect(bill.metadata.component.name).toBe('@mdinference/client');
    expect(bill.components).toEqual([]);
  });

  it('has every file that its entries name', () => {
    const { exports, main, module, types, version } = client.readJson(
      'node_modules/@mdinference/client/package.json',
    );
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    const named = JSON.stringify([exports, main, module, types]).match(/\.\/[^"]+\.\w+/g) ?? [];
    expect(named.length).toBeGreaterThan(20);
    const paths = new Set(client.packed.files.map(({ path }) => `./${path}`));
    expect(named.filter((path) => path.includes('.js') && !paths.has(path))).toEqual([]);
    expect(named.filter((path) => path.includes('.d.ts') && !paths.has(path))).toEqual([]);
  });

  it('imports nothing but its own files and its optional peers', () => {
    const imported = (pattern: string) =>
      globSync(`{esm,cjs}/**/*.${pattern}`, { cwd: installed() }).flatMap((file) => {
        // Comments have examples.
        const text = readFileSync(join(installed(), file), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
        return [
          ...text.matchAll(/(?:\bfrom |\bimport |import\(|require\()["']([^."'][^"']*)/g),
        ].map(([, name]) => name);
      });
    expect([...new Set(imported('js'))].sort()).toEqual([
      'onnxruntime-react-native',
      'onnxruntime-web/wasm',
    ]);
    expect(imported('d.ts')).toEqual([]);
  });

  it.each(['onnxruntime-web-worker', 'image-worker'])(
    'keeps the expression by which bundlers find %s',
    (worker) => {
      const files = globSync('esm/*.js', { cwd: installed() });
      const texts = files.map((file) => readFileSync(join(installed(), file), 'utf8'));
      const expression = `new Worker(new URL("./${worker}.js", import.meta.url)`;
      expect(texts.filter((text) => text.includes(expression))).toHaveLength(1);
    },
  );
});

describe('an app', () => {
  beforeAll(() => {
    client.copy(join(root, 'test/package/consumer'));
    const peer = 'node_modules/onnxruntime-react-native';
    mkdirSync(join(client.app, peer));
    client.write({
      [`${peer}/package.json`]: JSON.stringify({ main: 'index.cjs' }),
      [`${peer}/index.cjs`]: "module.exports = require('../../onnxruntime-react-native.cjs');\n",
    });
  });

  // Others by `node scripts/check-client-nodes.ts`.
  const nodes = [process.execPath, ...(process.env.MDI_NODES?.split(delimiter) ?? [])];
  const scripts = ['import.mjs', 'require.cjs'];
  const runs = nodes.flatMap((node) => scripts.map((script) => ({ node, script })));

  it.each(runs)('classifies with it: $script on $node', async ({ node, script }) => {
    expect(JSON.parse(await run(client.app, node, script))).toEqual({
      cloud: ['cloud', 'ring'],
      toldSla: true,
      signed: 'signed',
      hasUploadStart: true,
      device: ['device', 'ring', 'gear', 'disc'],
      region: { x: 1, y: 0, width: 2, height: 2 },
      error: ['NetworkError', true, 'no decoder'],
      shared: true,
      web: 'function',
    });
  });

  const source = `
    import {
      ApiError, bearer, type Classification, type ClientOptions, createClient, MdInferenceError,
      type Readiness,
    } from '@mdinference/client';
    import { onnxruntimeReactNative } from '@mdinference/client/onnxruntime-react-native';
    import { type CatalogueJson, describeModel, onnxruntimeWeb } from '@mdinference/client/onnxruntime-web';
    import { sigV4 } from '@mdinference/client/sigv4';

    // What is not set may be undefined.
    const unset: { slaMs?: number; quality?: number } = {};
    const nothing = undefined;
    const options: ClientOptions = {
      ...{ endpoint: 'https://service.example', slaMs: 250, duplication: 'when-needed' },
      ...{ onDevice: nothing, auth: nothing, chanceThreshold: nothing, lateMs: nothing },
      upload: { maxSide: 512, quality: unset.quality, type: nothing },
      ...{ mode: nothing, cloud: nothing, sureFrom: nothing, images: nothing, atDeadline: nothing },
      onEvent: nothing,
      clock: { samples: nothing, resyncMs: nothing, maxErrorMs: nothing },
      fetch: nothing,
      time: nothing,
    };
    const client = createClient(options);
    export const answer: Promise<Classification> = client.classify(new Blob(), {
      slaMs: unset.slaMs, signal: nothing, contentType: nothing,
    });
    export const ready: Promise<Readiness> = client.prepare({
      ...{ slaMs: nothing, sample: nothing, contentType: nothing },
    });
    declare const catalogue: CatalogueJson;
    export const device = onnxruntimeWeb({
      ...describeModel(catalogue, nothing),
      ...{ model: '/model.onnx', wasmPaths: nothing, threads: nothing, worker: nothing, measuredMs: nothing },
    });
    export const inferred: string | undefined = (await answer).race.cloud.answer?.selection.baseModel;
    export const functions = [bearer, sigV4, onnxruntimeReactNative];
    export const isOurs = (error: unknown) =>
      error instanceof ApiError ? error.problem?.title : error instanceof MdInferenceError;
    // @ts-expect-error no such policy
    createClient({ endpoint: '', slaMs: 250, duplication: 'sometimes' });
    // @ts-expect-error an SLA is due
    createClient({ endpoint: '' });
    // @ts-expect-error undefined is no SLA
    createClient({ endpoint: '', slaMs: nothing });
  `;

  it.each([
    { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: true },
    { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false },
    { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false },
  ])('type-checks against it, whatever is optional: %o', async (compilerOptions) => {
    client.write({
      'typed.mts': source,
      // CommonJS knows no await at the top.
      'typed.cts': source.replace('(await answer)', '(null as unknown as Classification)'),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...compilerOptions,
          ...{ target: 'es2022', strict: true, exactOptionalPropertyTypes: true, noEmit: true },
          types: [],
        },
        files: compilerOptions.module === 'esnext' ? ['typed.mts'] : ['typed.mts', 'typed.cts'],
      }),
    });
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await expect(client.node(tsc).catch(({ stdout }) => stdout)).resolves.toBe('');
  });
});
