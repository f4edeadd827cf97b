/** What the client adds to an app's bundle, bundled and minified as apps do; onnxruntime aside. */
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
  table.push([entry, contents.length, gzipSync(contents, { level: 9 }).length]);
}
console.log(table.toString());
