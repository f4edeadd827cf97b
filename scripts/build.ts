#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';
import { playgroundAssets } from '../bin/start/playground.ts';
import { bundle, bundleFile, functionNames } from '../lib/infra/assets.ts';
import { packageRoot } from '../lib/infra/package-files.ts';

/*
 * Makes dist/, the code of the npm package: Node strips no types inside node_modules. It has the
 * layout of the sources, so that everything finds everything else by the same relative paths.
 */

process.chdir(packageRoot);
rmSync('dist', { recursive: true, force: true });

const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
const tsc = join(typescript, '../bin/tsc');
execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], { stdio: 'inherit' });

for (const name of functionNames) {
  const folder = join('dist/functions', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, bundleFile), bundle(name));
}

mkdirSync('dist/playground');
for (const [name, bytes] of playgroundAssets()) {
  writeFileSync(join('dist/playground', name), bytes);
}

// What the compiler does not carry over.
for (const file of globSync('lib/**/*.cjs')) cpSync(file, join('dist', file));
const contents = 'layers/onnxruntime/contents.json';
cpSync(contents, join('dist', contents));
for (const catalogue of ['shapes', 'table3']) {
  cpSync(join('models', catalogue), join('dist/models', catalogue), {
    recursive: true,
    filter: (path) => basename(path) !== 'training' && extname(path) !== '.ts',
  });
}
// Without models that have been fetched: the package lists them, its users fetch them.
for (const file of ['catalogue.json', 'README.md']) {
  cpSync(join('models/imagenet', file), join('dist/models/imagenet', file));
}
