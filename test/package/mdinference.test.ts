import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPlayground } from '../../bin/start/playground.ts';
import { buildBundle, functionNames } from '../../lib/infra/assets.ts';
import { bundledPackages, noticesFile, noticesOf } from '../../scripts/notices.ts';
import { softwareBillFile } from '../../scripts/software-bill.ts';
import { InstalledPackage, root, run } from './installed.ts';

/** Whose work some of it is. */
const copyrights = {
  '@middy/core': 'Luciano Mammino',
  '@aws-lambda-powertools/logger': 'Copyright 2021 Amazon.com',
  '@aws-sdk/client-dynamodb': 'Apache License',
  zod: 'Colin McDonnell',
  uplot: 'Leon Sorokin',
  'onnxruntime-web': 'https://github.com/microsoft/onnxruntime/blob/v1.30.0/ThirdPartyNotices.txt',
};

let mdinference: InstalledPackage;
let installed: string;
const node = (...args: string[]) => mdinference.node(...args);
const mdi = (...args: string[]) => node(join(mdinference.app, 'node_modules/.bin/mdi'), ...args);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

beforeAll(async () => {
  mdinference = await InstalledPackage.pack('mdinference');
  installed = join(mdinference.app, 'node_modules/mdinference');
  await mdinference.install();
}, 240_000);
afterAll(() => mdinference?.remove());

describe('the sources', () => {
  it.each(['.', 'lib/client'])('cannot be packed without a build: %s', async (folder) => {
    const packing = run(join(root, folder), 'npm', 'pack', '--dry-run');
    await expect(packing).rejects.toThrow('must have name and version');
  });
});

describe('the tarball', () => {
  it('has compiled code, declarations, bundles and the models, and no sources, tests or training', () => {
    const paths = mdinference.packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'THIRD-PARTY-NOTICES.txt',
        'bin/app.js',
        'bin/mdi.js',
        'functions/inference/index.mjs',
        'functions/profiler/index.mjs',
        'functions/selector/THIRD-PARTY-NOTICES.txt',
        'functions/selector/index.mjs',
        'layers/onnxruntime/contents.json',
        'lib/index.d.ts',
        'lib/index.js',
        'lib/local/dynamodb/dynalite-worker.js',
        'lib/local/lambda/runtime/preload.cjs',
        'lib/core/selection/index.d.ts',
        'lib/evaluation/models/latency/profile-child.js',
        'models/imagenet/catalogue.json',
        'models/shapes/catalogue.json',
        'models/shapes/samples/gear.jpg',
        'models/table3/catalogue.json',
        'playground/THIRD-PARTY-NOTICES.txt',
        'playground/index.html',
        'playground/main.js',
        'playground/ort-wasm-simd-threaded.wasm',
        'playground/styles.css',
        'playground/worker.js',
        'playground/image-worker.js',
        'sbom.cdx.json',
      ]),
    );
    expect(
      paths.filter((path) => /(?<!\.d)\.[cm]?ts$|\btest|training|bin\/build/.test(path)),
    ).toEqual([]);
    expect(mdinference.packed.files.find(({ path }) => path === 'bin/mdi.js')?.mode).toBe(0o755);
    expect(mdinference.packed.size).toBeLessThan(20e6);
  });

  it('has no path of the machine that built it', () => {
    const withPaths = globSync('**/*.{js,mjs,cjs,json,ts}', { cwd: installed }).filter((file) =>
      readFileSync(join(installed, file), 'utf8').includes(root),
    );
    expect(withPaths).toEqual([]);
  });
});

describe('what is bundled', () => {
  const bundles = [
    ...functionNames.map((name) => [`functions/${name}`, () => buildBundle(name).inputs] as const),
    ['playground', () => buildPlayground().inputs] as const,
  ];
  const read = (...path: string[]) => readFileSync(join(installed, ...path), 'utf8');

  it.each(bundles)(
    'has the name, version and licence of each package beside it: %s',
    (folder, inputs) => {
      const packages = bundledPackages(inputs());
      expect(packages.length).toBeGreaterThan(2);
      for (const notices of [read(folder, noticesFile), read(noticesFile)]) {
        const missing = packages.filter(
          ({ name, version, licence }) => !notices.includes(`${name} ${version} (${licence})\n`),
        );
        expect(missing).toEqual([]);
        for (const [name, says] of Object.entries(copyrights)) {
          const isThere = packages.some((each) => each.name === name);
          if (isThere) expect(notices).toContain(says);
        }
      }
    },
  );

  it('cannot be built without the licence of a package', () => {
    const unknown = { name: 'unknown', version: '1.0.0', licence: 'MIT', folder: 'docs' };
    expect(() => noticesOf([unknown])).toThrow('unknown has no licence file');
  });

  it('is in the software bill of materials, and what is installed with the package is, too', () => {
    const bill = JSON.parse(read(softwareBillFile));
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'mdinference', version: manifest.config.version } },
    });
    const listed = new Set(bill.components.map((each: { 'bom-ref': string }) => each['bom-ref']));
    const bundled = bundles.flatMap(([, inputs]) => bundledPackages(inputs()));
    const dependencies = Object.entries(manifest.dependencies).map(([n, v]) => `${n}@${v}`);
    const refs = [...bundled.map(({ name, version }) => `${name}@${version}`), ...dependencies];
    expect(refs.filter((ref) => !listed.has(ref))).toEqual([]);
    expect([...listed].filter((ref) => /^(vitest|typescript|esbuild)@/.test(String(ref)))).toEqual(
      [],
    );
  });
});

describe('a machine that only runs mdi', () => {
  it('has neither the CDK, build tools, nor a second Node', () => {
    const unwanted =
      'aws-cdk-lib,constructs,node-{linux,win}-*,esbuild,typescript,aws-cdk,aws-lambda-ric,.bin/node';
    expect(globSync(`node_modules/{${unwanted}}`, { cwd: mdinference.app })).toEqual([]);
  });

  it('can import all that its files import, but for the CDK', () => {
    const files = globSync('{bin,lib}/**/*.js', { cwd: installed });
    const names = files.flatMap((file) => {
      const text = readFileSync(join(installed, file), 'utf8');
      return [...text.matchAll(/^(?:import|export) [^;]*?from '([^.'][^']*)'/gm)].map(
        ([, name = '']) => name.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? '',
      );
    });
    const known = [...Object.keys(manifest.dependencies), 'aws-cdk-lib', 'constructs'];
    const unknown = names.filter(
      (name) =>
        !name.startsWith('node:') && !builtinModules.includes(name) && !known.includes(name),
    );
    expect([...new Set(unknown)]).toEqual([]);
  });

  it.each([
    [['--help'], /classify/],
    [['start', '--help'], /--port/],
    [['models', 'list', 'shapes'], /nano-24/],
    [['models', 'verify', 'shapes', 'nano-24'], /nano-24/],
    [['cost', '--requests-per-month', '1e6'], /total/],
    [['advise', 'subset', '--requests', '50', '--slas-ms', '100,250'], /accuracy %/],
    [['simulate', 'fig4', '--requests', '20'], /fig4/],
  ])('runs mdi %j', async (args, expected) => {
    expect(await mdi(...args)).toMatch(expected);
  });

  it('is told in one line what mdi start needs', async () => {
    const { code, stderr } = await mdi('start', '--port', '0').catch((error) => error);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^mdi: aws-cdk-lib and constructs are not installed, and mdi start [^\n]+ npm install [^\n]+\n$/,
    );
  });

  it('selects without CDK, from an ES module and from CommonJS', async () => {
    mdinference.write({
      'select.js': `
        import { strategyNames, select, strategies } from 'mdinference/selection';
        console.log(typeof select, strategyNames.every((name) => name in strategies));
      `,
      'select.cjs': `
        const { select } = require('mdinference/selection');
        console.log(typeof select);
      `,
    });
    expect(await node('select.js')).toBe('function true\n');
    expect(await node('select.cjs')).toBe('function\n');
  });
});

// With another version of a package that the layer has too.
describe('a CDK app of somebody else', () => {
  beforeAll(async () => {
    const { devDependencies } = manifest;
    await mdinference.install(
      `aws-cdk-lib@${devDependencies['aws-cdk-lib']}`,
      `constructs@${devDependencies.constructs}`,
      'semver@5.7.2',
    );
  }, 240_000);

  it('synthesizes a service', async () => {
    mdinference.write({
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
    expect(models).toBe(
      JSON.parse(readFileSync(join(root, 'models/shapes/catalogue.json'), 'utf8')).models.length,
    );

    const template = readFileSync(join(mdinference.app, 'cdk.out/Mine.template.json'), 'utf8');
    const handlers = template.match(/"Handler": "index.handler"/g) ?? [];
    expect(handlers.length).toBeGreaterThanOrEqual(models + 2);
    const assets = readFileSync(join(mdinference.app, 'cdk.out/Mine.assets.json'), 'utf8');
    for (const path of [root, mdinference.app]) expect(template + assets).not.toContain(path);
  });

  it('deploys the ready-made bundles, and the layer with the versions that its packages need', () => {
    const deployed = globSync('cdk.out/asset.*/index.mjs', { cwd: mdinference.app });
    const contents = new Set(
      deployed.map((file) => readFileSync(join(mdinference.app, file), 'utf8')),
    );
    for (const name of ['selector', 'inference', 'profiler']) {
      const bundle = readFileSync(join(installed, 'functions', name, 'index.mjs'), 'utf8');
      expect(contents.has(bundle), name).toBe(true);
    }
    const [semver = ''] = globSync('cdk.out/asset.*/nodejs/node_modules/semver', {
      cwd: mdinference.app,
    });
    expect(mdinference.readJson('node_modules/semver/package.json').version).toBe('5.7.2');
    expect(mdinference.readJson(semver, 'package.json').version).toMatch(/^7\./);
  });

  it('type-checks, as an ES module and as CommonJS', async () => {
    const text = `
      import { App, Stack } from 'aws-cdk-lib';
      import { MdInference, type MdInferenceProps } from 'mdinference';
      import { type Candidate, select, strategies } from 'mdinference/selection';

      const props: MdInferenceProps = { strategy: 'expected-accuracy', defaultSlaMs: 200 };
      export const url: string = new MdInference(new Stack(new App(), 'Mine'), 'Api', props).url;
      export const functions = [select, strategies['three-stage']];
      // @ts-expect-error no such strategy
      export const wrongProps: MdInferenceProps = { strategy: 'best' };
      // @ts-expect-error a candidate has a name
      export const wrongCandidate: Candidate = {};
    `;
    mdinference.write({
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

  it('can require the construct', async () => {
    mdinference.write({
      'require.cjs': `console.log(typeof require('mdinference').MdInference);`,
    });
    expect(await node('require.cjs')).toBe('function\n');
  });

  it('says in one line what else the local runner needs', async () => {
    const { code, stderr } = await mdi('start', '--port', '0').catch((error) => error);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mdi: aws-lambda-ric is not installed: npm install [^\n]+\n$/);
  });
});
