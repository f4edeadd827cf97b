import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mdinference-package-'));
const app = join(folder, 'app');
const installed = join(app, 'node_modules/mdinference');

const packedSchema = z.tuple([
  z.object({
    filename: z.string(),
    size: z.number(),
    files: z.array(z.object({ path: z.string(), mode: z.number() })),
  }),
]);
let packed: z.infer<typeof packedSchema>[0];

/** Runs a program and returns what it printed; rejects with its standard error when it fails. */
async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, maxBuffer: 2 ** 26 });
  return stdout;
}
const node = (...args: string[]) => run(app, process.execPath, ...args);

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(app, name), text);
}

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

// A CDK app of somebody else, with another version of a package that the layer has too.
beforeAll(async () => {
  await run(root, process.execPath, 'scripts/build.ts');
  const report = await run(root, 'npm', 'pack', '--json', '--pack-destination', folder);
  [packed] = packedSchema.parse(JSON.parse(report));
  const { devDependencies } = readJson(root, 'package.json');
  mkdirSync(app);
  write({ 'package.json': JSON.stringify({ private: true, type: 'module' }) });
  await run(
    app,
    'npm',
    ...['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'],
    join(folder, packed.filename),
    `aws-cdk-lib@${devDependencies['aws-cdk-lib']}`,
    `constructs@${devDependencies.constructs}`,
    'semver@5.7.2',
  );
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball', () => {
  it('has compiled code, declarations, bundles and the models, and no sources, tests or training', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'bin/mdi.js',
        'dist/bin/app.js',
        'dist/functions/inference/index.mjs',
        'dist/functions/profiler/index.mjs',
        'dist/functions/selector/index.mjs',
        'dist/layers/onnxruntime/contents.json',
        'dist/lib/client/index.d.ts',
        'dist/lib/client/index.js',
        'dist/lib/client/onnxruntime-react-native.js',
        'dist/lib/client/onnxruntime-web-worker.js',
        'dist/lib/client/onnxruntime-web.js',
        'dist/lib/client/sigv4.js',
        'dist/lib/index.d.ts',
        'dist/lib/index.js',
        'dist/lib/local/dynamodb/dynalite-worker.js',
        'dist/lib/local/lambda/runtime/preload.cjs',
        'dist/lib/core/selection/index.d.ts',
        'dist/lib/evaluation/models/profile-child.js',
        'dist/models/imagenet/catalogue.json',
        'dist/models/shapes/catalogue.json',
        'dist/models/shapes/samples/gear.jpg',
        'dist/models/table3/catalogue.json',
        'dist/playground/index.html',
        'dist/playground/main.js',
        'dist/playground/ort-wasm-simd-threaded.wasm',
        'dist/playground/styles.css',
        'dist/playground/worker.js',
      ]),
    );
    expect(
      paths.filter((path) => /(?<!\.d)\.[cm]?ts$|\btest|training|bin\/build/.test(path)),
    ).toEqual([]);
    expect(packed.files.find(({ path }) => path === 'bin/mdi.js')?.mode).toBe(0o755);
    expect(packed.size).toBeLessThan(20e6);
  });

  it('has no path of the machine that built it', () => {
    const withPaths = globSync('{bin,dist}/**/*.{js,mjs,cjs,json,ts}', { cwd: installed }).filter(
      (file) => readFileSync(join(installed, file), 'utf8').includes(root),
    );
    expect(withPaths).toEqual([]);
  });
});

describe('an app that installed it', () => {
  it('has neither build tools nor a second Node', () => {
    const unwanted = 'node-{linux,win}-*,esbuild,typescript,aws-cdk,aws-lambda-ric,.bin/node';
    expect(globSync(`node_modules/{${unwanted}}`, { cwd: app })).toEqual([]);
  });

  it('synthesizes a service', async () => {
    write({
      'app.js': `
        import { App, Stack } from 'aws-cdk-lib';
        import { MdInference } from 'mdinference';

        const app = new App({ outdir: 'cdk.out' });
        const service = new MdInference(new Stack(app, 'Mine'), 'Api');
        app.synth();
        console.log(service.models.size);
      `,
    });
    const models = Number(await node('app.js'));
    expect(models).toBe(readJson(root, 'models/shapes/catalogue.json').models.length);

    const template = readFileSync(join(app, 'cdk.out/Mine.template.json'), 'utf8');
    const handlers = template.match(/"Handler": "index.handler"/g) ?? [];
    expect(handlers.length).toBeGreaterThanOrEqual(models + 2);
    const assets = readFileSync(join(app, 'cdk.out/Mine.assets.json'), 'utf8');
    for (const path of [root, folder]) expect(template + assets).not.toContain(path);
  });

  it('deploys the ready-made bundles, and the layer with the versions that its packages need', () => {
    const deployed = globSync('cdk.out/asset.*/index.mjs', { cwd: app });
    const contents = new Set(deployed.map((file) => readFileSync(join(app, file), 'utf8')));
    for (const name of ['selector', 'inference', 'profiler']) {
      const bundle = readFileSync(join(installed, 'dist/functions', name, 'index.mjs'), 'utf8');
      expect(contents.has(bundle), name).toBe(true);
    }
    const [semver = ''] = globSync('cdk.out/asset.*/nodejs/node_modules/semver', { cwd: app });
    expect(readJson(app, 'node_modules/semver/package.json').version).toBe('5.7.2');
    expect(readJson(app, semver, 'package.json').version).toMatch(/^7\./);
  });

  it('type-checks, as an ES module and as CommonJS', async () => {
    const text = `
      import { App, Stack } from 'aws-cdk-lib';
      import { MdInference, type MdInferenceProps } from 'mdinference';
      import { type Classification, createClient } from 'mdinference/client';
      import { onnxruntimeReactNative } from 'mdinference/client/onnxruntime-react-native';
      import { onnxruntimeWeb } from 'mdinference/client/onnxruntime-web';
      import { sigV4 } from 'mdinference/client/sigv4';
      import { type Candidate, select, strategies } from 'mdinference/selection';

      const props: MdInferenceProps = { strategy: 'expected-accuracy', defaultSlaMs: 200 };
      export const url: string = new MdInference(new Stack(new App(), 'Mine'), 'Api', props).url;
      export const functions = [select, strategies['three-stage']];
      export const adapters = [onnxruntimeWeb, onnxruntimeReactNative, sigV4];
      const client = createClient({ endpoint: url, slaMs: 250, duplication: 'when-needed' });
      export const answer: Promise<Classification> = client.classify(new Blob());
      // @ts-expect-error no such policy
      createClient({ endpoint: url, slaMs: 250, duplication: 'sometimes' });
      // @ts-expect-error no such strategy
      export const wrongProps: MdInferenceProps = { strategy: 'best' };
      // @ts-expect-error a candidate has a name
      export const wrongCandidate: Candidate = {};
    `;
    write({
      'typed.mts': text,
      'typed.cts': text,
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022' },
          ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
        },
        files: ['typed.mts', 'typed.cts'],
      }),
    });
    await expect(node(join(root, 'node_modules/typescript/bin/tsc'))).resolves.toBe('');
  });

  it('selects without CDK, from an ES module and from CommonJS', async () => {
    write({
      'select.js': `
        import { strategyNames, select, strategies } from 'mdinference/selection';
        console.log(typeof select, strategyNames.every((name) => name in strategies));
      `,
      'require.cjs': `
        const { select } = require('mdinference/selection');
        const { MdInference } = require('mdinference');
        console.log(typeof select, typeof MdInference);
      `,
    });
    expect(await node('select.js')).toBe('function true\n');
    expect(await node('require.cjs')).toBe('function function\n');
  });

  it('classifies on the device while the service is away', async () => {
    write({
      'client.js': `
        import { createClient } from 'mdinference/client';
        const classify = async () => ({ predictions: [{ index: 0, label: 'disc', score: 1 }] });
        const client = createClient({
          endpoint: 'http://127.0.0.1:1',
          slaMs: 1000,
          onDevice: { name: 'tiny', accuracyPct: 50, classify },
        });
        const { source, race } = await client.classify(new Blob(['?'], { type: 'image/jpeg' }));
        console.log(source, race.cloud.error.name);
        client.close();
      `,
    });
    expect(await node('client.js')).toBe('device NetworkError\n');
  });

  it('has the command line, which says in one line what the local runner needs', async () => {
    const mdi = join(app, 'node_modules/.bin/mdi');
    expect(await node(mdi, '--help')).toContain('classify');
    const { code, stderr } = await node(mdi, 'start', '--port', '0').catch((error) => error);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mdi: aws-lambda-ric is not installed: npm install [^\n]+\n$/);
  });
});
