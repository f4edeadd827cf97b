import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../lib/infra/package-files.ts';
import type { StaticFiles } from '../../lib/local/http/static-files.ts';
import type { Catalogue } from '../../lib/service/catalogue/schema.ts';

/** Everything is loaded from the page's own origin; WebAssembly may be compiled, text may not. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Pages of the documentation that the playground links to. */
const docs = ['client.md', 'playground.md'];

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/**
 * The playground as files to serve: the page at `/`, its parts below `/playground/`, and below
 * `/playground/catalogue/` what it needs of the catalogue's folder.
 */
export function playgroundFiles(directory: string, catalogue: Catalogue): StaticFiles {
  const files = new Map<string, { bytes: Uint8Array; headers: Record<string, string> }>();
  const add = (path: string, bytes: Uint8Array) => {
    const type = path.endsWith('.md') && { 'content-type': 'text/plain; charset=utf-8' };
    files.set(path, { bytes, headers: { ...headers, ...type } });
  };
  for (const [name, bytes] of playgroundAssets()) {
    add(name === 'index.html' ? '/' : `/playground/${name}`, bytes);
  }
  const { onDevice, models, samples } = catalogue;
  const isThere = ({ file }: { file: string }) => existsSync(join(directory, file));
  const used = {
    ...catalogue,
    models: models.filter(({ name }) => name === onDevice).filter(isThere),
    samples: samples.filter(isThere),
  };
  add('/playground/catalogue/catalogue.json', Buffer.from(JSON.stringify(used)));
  for (const { file } of [...used.models, ...used.samples]) {
    add(`/playground/catalogue/${file}`, readFileSync(join(directory, file)));
  }
  return files;
}

/**
 * The page's own parts by name, `index.html` among them: prebuilt in the package, bundled from
 * `lib/playground` in a clone.
 */
export function playgroundAssets(): Map<string, Uint8Array> {
  const readyMade = join(packageRoot, 'playground');
  if (!existsSync(readyMade)) return buildPlayground().files;
  return new Map(readdirSync(readyMade).map((name) => [name, readFileSync(join(readyMade, name))]));
}

/** The page's parts, built from source, and the paths of what its scripts are made of, relative to the clone. */
export function buildPlayground(): { files: Map<string, Uint8Array>; inputs: string[] } {
  // Only when they are needed: users of the package have neither esbuild nor onnxruntime-web.
  const require = createRequire(import.meta.url);
  const { buildSync }: typeof import('esbuild') = require('esbuild');
  const { outputFiles, metafile } = buildSync({
    entryPoints: {
      main: 'lib/playground/main.ts',
      worker: 'lib/client/onnxruntime-web-worker.ts',
      'image-worker': 'lib/client/image-worker.ts',
      styles: 'lib/playground/styles/index.css',
    },
    absWorkingDir: packageRoot,
    outdir: '/',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
  });
  const source = (name: string) => readFileSync(join(packageRoot, 'lib/playground', name));
  const wasm = 'ort-wasm-simd-threaded.wasm';
  const files = new Map([
    ...outputFiles.map(({ path, contents }) => [path.slice(1), contents] as const),
    ['index.html', source('index.html')],
    ['icon.svg', source('icon.svg')],
    ...docs.map((name) => [name, readFileSync(join(packageRoot, 'docs', name))] as const),
    [wasm, readFileSync(require.resolve(`onnxruntime-web/${wasm}`))],
  ]);
  return { files, inputs: Object.keys(metafile.inputs) };
}
