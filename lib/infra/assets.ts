import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { nativePackages } from './layer-packages.ts';
import { packageRoot } from './package-files.ts';

/** The handlers of `functions/`. */
export const functionNames = ['selector', 'inference', 'profiler'] as const;

/** The name of one of {@link functionNames}. */
export type FunctionName = (typeof functionNames)[number];

/** The file of a function's bundle, in its asset as in the package. */
export const bundleFile = 'index.mjs';

const bundles = new Map<FunctionName, Uint8Array>();

/**
 * One of `functions/`, bundled with all that it imports but the layer's modules into a single ES module.
 * The package contains it ready-made; a clone builds it from source.
 */
export function bundle(name: FunctionName): Uint8Array {
  const known = bundles.get(name);
  if (known) return known;
  const readyMade = join(packageRoot, 'functions', name, bundleFile);
  const code = existsSync(readyMade) ? readFileSync(readyMade) : buildBundle(name).code;
  bundles.set(name, code);
  return code;
}

// CommonJS packages inside an ES module still call require; onnxruntime-node and sharp are loaded by it, too.
const requireShim =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** A function's bundle, built from source, and the paths of what it is made of, relative to the clone. */
export function buildBundle(name: FunctionName): { code: Uint8Array; inputs: string[] } {
  // Only when it is needed: users of the package have no esbuild.
  const { buildSync }: typeof import('esbuild') = createRequire(import.meta.url)('esbuild');
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(packageRoot, 'functions', name, 'index.ts')],
    absWorkingDir: packageRoot,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    banner: { js: requireShim },
    external: [...nativePackages],
  });
  return {
    code: outputFiles[0]?.contents ?? new Uint8Array(),
    inputs: Object.keys(metafile.inputs),
  };
}

/**
 * Makes a construct from an asset that is written on this machine, without Docker. The asset's hash is
 * that of its content: the same content gives the same template. (CDK's own local bundling does the
 * same, but says so on the console for each asset.)
 *
 * @param write - writes the content into the folder given to it
 * @param make - makes the construct, which copies the content: the folder is gone afterwards
 */
export function withAsset<T>(write: (folder: string) => void, make: (code: AssetCode) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-asset-'));
  try {
    write(folder);
    return make(Code.fromAsset(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
