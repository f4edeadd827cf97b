/** What the client adds to an app's bundle, bundled and minified as apps do, and what its runtime loads. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { plainTable } from '../bin/shared/output.ts';
import { clientEntries } from '../scripts/client-entries.ts';

const table = plainTable(['entry', 'minified bytes', 'gzipped bytes']);
for (const entry of clientEntries) {
  const { outputFiles } = buildSync({
    entryPoints: [`lib/client/${entry}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    external: ['onnxruntime-*'],
  });
  const [bundle] = outputFiles;
  if (!bundle) throw new Error(`esbuild made nothing of ${entry}`);
  const { contents } = bundle;
  table.push([entry, contents.length, gzipped(contents)]);
}
const wasm = 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm';
const runtime = readFileSync(wasm);
table.push([wasm.slice('node_modules/'.length), runtime.length, gzipped(runtime)]);
console.log(table.toString());

function gzipped(contents: Uint8Array): number {
  return gzipSync(contents, { level: 9 }).length;
}
