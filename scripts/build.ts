#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync, transformSync } from 'esbuild';

import { buildPlayground } from '../bin/start/playground.ts';
import { buildBundle, bundleFile, functionNames } from '../lib/infra/assets.ts';
import { packageRoot } from '../lib/infra/package-files.ts';
import { clientEntries } from './client-entries.ts';
import { bundledPackages, noticesFile, noticesOf } from './notices.ts';
import { softwareBill, softwareBillFile } from './software-bill.ts';

/*
 * Makes the two npm packages, each a folder of dist/ with a package.json that has a version: those of
 * the sources have none, so that only what was built can be packed and published.
 *
 *   node scripts/build.ts [--out FOLDER] [mdinference] [client]
 */

const { values, positionals } = parseArgs({
  options: { out: { type: 'string', default: 'dist' } },
  allowPositionals: true,
});
const builds = { mdinference: buildMdInference, client: buildClient };

const out = resolve(values.out);
process.chdir(packageRoot);
const { version } = readJson('package.json').config;
for (const [name, build] of Object.entries(builds)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  rmSync(join(out, name), { recursive: true, force: true });
  build(join(out, name));
}

/**
 * `mdinference`: Node strips no types inside node_modules. It has the layout of the sources, so that
 * everything finds everything else by the same relative paths.
 */
function buildMdInference(to: string): void {
  compile('--project', 'tsconfig.build.json', '--outDir', to);
  chmodSync(join(to, 'bin/mdi.js'), 0o755);
  const inputs: string[] = [];
  for (const name of functionNames) {
    const built = buildBundle(name);
    write(join(to, 'functions', name, bundleFile), built.code);
    writeNotices(join(to, 'functions', name), built.inputs);
    inputs.push(...built.inputs);
  }
  const playground = buildPlayground();
  for (const [name, bytes] of playground.files) write(join(to, 'playground', name), bytes);
  writeNotices(join(to, 'playground'), playground.inputs);
  inputs.push(...playground.inputs);
  writeNotices(to, inputs);

  // What the compiler does not carry over.
  for (const file of globSync('lib/**/*.cjs')) cpSync(file, join(to, file));
  const contents = 'layers/onnxruntime/contents.json';
  cpSync(contents, join(to, contents));
  for (const catalogue of ['shapes', 'table3']) {
    cpSync(join('models', catalogue), join(to, 'models', catalogue), {
      recursive: true,
      filter: (path) => basename(path) !== 'training' && extname(path) !== '.ts',
    });
  }
  // Without models that have been fetched: the package lists them, its users fetch them.
  for (const file of ['catalogue.json', 'README.md']) {
    cpSync(join('models/imagenet', file), join(to, 'models/imagenet', file));
  }
  finish('.', to, inputs);
}

/**
 * `@mdinference/client`: what it shares with the service is bundled in. ES modules and CommonJS are the
 * same files, chunks included, so that an error's class is one and the same in all entries.
 */
function buildClient(to: string): void {
  const { metafile } = buildSync({
    absWorkingDir: packageRoot,
    metafile: true,
    entryPoints: clientEntries.map((name) => `lib/client/${name}.ts`),
    outdir: join(to, 'esm'),
    bundle: true,
    splitting: true,
    chunkNames: 'shared-[hash]',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['onnxruntime-*'],
  });
  for (const file of globSync(join(to, 'esm/*.js'))) {
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      format: 'cjs',
      // A bundler of CommonJS knows no workers: the file is looked for beside the page.
      define: { 'import.meta.url': 'document.baseURI' },
    });
    write(join(to, 'cjs', basename(file)), code);
  }
  writeJson(join(to, 'cjs/package.json'), { type: 'commonjs' });
  for (const format of ['esm', 'cjs']) {
    compile(
      ...['--project', 'lib/client', '--rootDir', 'lib', '--outDir', join(to, format, 'types')],
      ...['--noEmit', 'false', '--declaration', '--emitDeclarationOnly'],
      '--rewriteRelativeImportExtensions',
    );
  }
  finish('lib/client', to, Object.keys(metafile.inputs));
}

/**
 * The package's manifest, without what only a clone needs, its README, its licence and its software bill of
 * materials.
 *
 * @param inputs - paths of what was bundled into it
 */
function finish(from: string, to: string, inputs: readonly string[]): void {
  const {
    '//': _,
    config,
    workspaces,
    scripts,
    devDependencies,
    name,
    ...manifest
  } = readJson(join(from, 'package.json'));
  const built = { name, version, ...manifest, publishConfig: { access: 'public' } };
  writeJson(join(to, 'package.json'), built);
  write(join(to, softwareBillFile), softwareBill(built, bundledPackages(inputs)));
  cpSync(join(from, 'README.md'), join(to, 'README.md'));
  cpSync('LICENSE', join(to, 'LICENSE'));
}

/** The notices of what was bundled, beside it. */
function writeNotices(to: string, inputs: readonly string[]): void {
  write(join(to, noticesFile), noticesOf(bundledPackages(inputs)));
}

function compile(...options: string[]): void {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(typescript, '../bin/tsc');
  execFileSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
}

function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function write(path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

function writeJson(path: string, value: object): void {
  write(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
