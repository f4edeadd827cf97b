import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each folder may import of ours: `docs/` and CONTRIBUTING.md say why. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'lib/core': [],
  'lib/protocol': ['lib/core'],
  'lib/service': ['lib/core', 'lib/protocol'],
  'lib/infra': ['lib/core', 'lib/service'],
  'lib/client': ['lib/core', 'lib/protocol'],
  'lib/local': [],
  'lib/evaluation': ['lib/core', 'lib/service', 'lib/client', 'lib/shapes'],
  'lib/playground': ['lib/client', 'lib/core', 'lib/shapes'],
  'lib/shapes': ['lib/client', 'lib/core'],
};
const partOf = (path: string) => path.split('/').slice(0, 2).join('/');

/** Every file with the modules that it names, types and dynamic imports among them. */
const imports = new Map(
  globSync('{lib,functions,bin,models,scripts,layers}/**/*.{ts,cts,mts,js,cjs}', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
    .map((path) => [path, modulesIn(readFileSync(join(root, path), 'utf8'))] as const),
);
const files = [...imports.keys()].filter((path) => path.startsWith('lib/'));

function modulesIn(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const named =
    /(?:^\s*(?:import|export)\b[^;'"`]*?\bfrom|^\s*import|\bimport\(|\brequire\()\s*['"]([^'"]+)['"]/gm;
  return Array.from(code.matchAll(named), ([, module = '']) => module);
}

/** The files of ours that a file imports. */
function ownImports(path: string): string[] {
  return (imports.get(path) ?? [])
    .filter((module) => module.startsWith('.'))
    .map((module) => relative(root, join(root, dirname(path), module)).replaceAll('\\', '/'));
}

const edges = [...imports.keys()].flatMap((from) => ownImports(from).map((to) => [from, to]));

/** Circles in what imports what, each as its members; none where the graph has no circle. */
function circlesOf(pairs: readonly (readonly string[])[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const [from = '', to = ''] of pairs) {
    if (from !== to) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  }
  const reach = (from: string, seen = new Set<string>()): Set<string> => {
    for (const to of targets.get(from) ?? []) if (!seen.has(to)) reach(to, seen.add(to));
    return seen;
  };
  const reached = new Map([...targets.keys()].map((from) => [from, reach(from)]));
  const inCircle = [...reached.keys()].filter((from) => reached.get(from)?.has(from));
  const circles = inCircle.map((from) =>
    inCircle.filter((to) => reached.get(from)?.has(to) && reached.get(to)?.has(from)).sort(),
  );
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

describe('the folders', () => {
  it('of lib/ are all in the table, and index.ts is the only loose file', () => {
    const loose = files.filter((path) => path.split('/').length === 2);
    expect(loose).toEqual(['lib/index.ts']);
    const parts = new Set(files.filter((path) => !loose.includes(path)).map(partOf));
    expect([...parts].sort()).toEqual(Object.keys(mayImport).sort());
  });

  it('import no others than they may', () => {
    const wrong = edges.filter(([from = '', to = '']) => {
      if (from === 'lib/index.ts') return !to.startsWith('lib/');
      const part = partOf(from);
      return part in mayImport && ![part, ...(mayImport[part] ?? [])].includes(partOf(to));
    });
    expect(wrong).toEqual([]);
  });

  it('import no folder that imports them', () => {
    expect(circlesOf(edges.map((pair) => pair.map((path) => dirname(path))))).toEqual([]);
  });
});

describe('the files', () => {
  it('import no file that imports them', () => {
    expect(circlesOf(edges)).toEqual([]);
  });

  it('of lib/core use neither Node nor packages, but zod at borders and d3 for samples', () => {
    const wrong = files
      .filter((path) => path.startsWith('lib/core/'))
      .flatMap((path) => (imports.get(path) ?? []).map((module) => [path, module] as const))
      .filter(([path, module]) => {
        const isZod = module === 'zod' && /^lib\/core\/(contract|pricing)\//.test(path);
        const isD3 = /^d3-(array|random)$/.test(module) && path.startsWith('lib/core/statistics/');
        return isBuiltin(module) || !(module.startsWith('.') || isZod || isD3);
      });
    expect(wrong).toEqual([]);
  });

  it('load onnxruntime by way of native.ts, which keeps it from reporting to its vendor', () => {
    const loading = /^import (?!type )[^;]*?'onnxruntime-node'|await import\('onnxruntime-node'\)/m;
    const wrong = globSync('{lib,functions,bin,models,scripts,bench,test}/**/*.ts', { cwd: root })
      .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
      .filter((path) => loading.test(readFileSync(join(root, path), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('import only files that exist', () => {
    const missing = edges.filter(([, to = '']) => globSync(to, { cwd: root }).length === 0);
    expect(missing).toEqual([]);
  });
});

it('helpers of tests set up nothing when they are imported: files share a process, which imports once', () => {
  const wrong = globSync('test/**/*.ts', { cwd: root })
    .filter((path) => !/\.test\.ts$|^test.setup/.test(path))
    .filter((path) => /^(before|after)(All|Each)\(/m.test(readFileSync(join(root, path), 'utf8')));
  expect(wrong).toEqual([]);
});
