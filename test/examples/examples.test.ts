import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FakeService } from '../lib/client/fake-service.ts';
import { tensorFetch } from '../lib/client/tensors/fake-tensors.ts';
import { entries, findExamples, importsOf, runnable } from './examples.ts';

const folder = '.mdinference/examples';
const examples = findExamples();

/** Examples that are type-checked only, and why. */
const notRun = new Map([
  ['client/onnxruntime-react-native', 'onnxruntime-react-native runs on phones only'],
  ['infra/mdinference', 'the tests of lib/infra make constructs, and bundling takes seconds'],
]);

const fileOf = (name: string) => join(folder, `${name.replaceAll('/', '-')}.ts`);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const example of examples) {
    writeFileSync(fileOf(example.name), runnable(example, folder));
  }
});

describe('examples in TSDoc', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    'mdinference/selection',
    '@mdinference/client',
    '@mdinference/client/app-images',
    '@mdinference/client/onnxruntime-web',
    '@mdinference/client/sharp-images',
    '@mdinference/client/sigv4',
    '@mdinference/client/testing',
    '@mdinference/client/web-images',
  ])('are there for every function of %s', async (entry) => {
    const exported: Record<string, unknown> = await import(resolve(entries.get(entry) ?? ''));
    const functions = Object.keys(exported).filter(
      (name) => typeof exported[name] === 'function' && /^[a-z]/.test(name),
    );
    expect(functions).not.toEqual([]);
    expect(examples.flatMap(importsOf)).toEqual(expect.arrayContaining(functions));
  });

  it.each(['MdInference', 'OutputTimes', 'onnxruntimeReactNative'])('are there for %s', (name) => {
    expect(examples.flatMap(importsOf)).toContain(name);
  });

  it('import what they use from the packages', () => {
    for (const { name, code } of examples) {
      const imported = [...code.matchAll(/from '(@?mdinference[^']*)'/g)].map(([, from]) => from);
      expect(imported, name).not.toEqual([]);
      for (const specifier of imported) expect([...entries.keys()], name).toContain(specifier);
    }
  });

  it('are type-checked', () => {
    const tsconfig = {
      extends: '../../tsconfig.json',
      compilerOptions: {
        lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable'],
        types: ['node'],
      },
      include: ['*.ts', '../../lib/client/*.d.ts'],
      exclude: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const tsc = resolve('node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it.each(examples.filter(({ name }) => !notRun.has(name)))('run: $name', async ({ name }) => {
    const fetchFake = tensorFetch(new FakeService());
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const { pathname } = new URL(url, 'https://example.com');
      if (pathname.endsWith('/catalogue.json')) {
        return new Response(readFileSync('models/shapes/catalogue.json'));
      }
      if (pathname.endsWith('.jpg')) {
        return new Response(readFileSync('models/shapes/samples/gear.jpg'), {
          headers: { 'content-type': 'image/jpeg' },
        });
      }
      return fetchFake(url, init);
    });
    const log = vi.spyOn(console, 'log').mockReturnValue();
    await import(resolve(fileOf(name)));
    for (const line of log.mock.calls) expect(line.join(' ')).not.toMatch(/undefined|NaN/);
    log.mockRestore();
  });
});
