import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { packageRoot } from './package-root.ts';

/** The handlers of `functions/`. */
export type FunctionName = 'selector' | 'inference' | 'profiler';

const bundles = new Map<FunctionName, Uint8Array>();

// CommonJS packages inside an ES module still call require; onnxruntime-node and sharp come by it too.
const requireShim =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Bundles one of `functions/` with all it imports into a single ES module, with esbuild. What comes
 * from the layer stays outside.
 */
export function bundle(name: FunctionName): Uint8Array {
  const known = bundles.get(name);
  if (known) return known;
  const { outputFiles } = buildSync({
    entryPoints: [join(packageRoot, 'functions', name, 'index.ts')],
    absWorkingDir: packageRoot,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    banner: { js: requireShim },
    external: ['onnxruntime-node', 'sharp'],
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  bundles.set(name, code);
  return code;
}
