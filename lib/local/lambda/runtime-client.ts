import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { RuntimeClientError } from '../shared/errors.ts';

/**
 * The file of aws-lambda-ric, AWS's own runtime client. It is an optional peer dependency: its install
 * script compiles native code, which whoever only deploys should not have to do, and which the local
 * runner does not need either (`runtime/preload.cjs`).
 *
 * @throws {@link RuntimeClientError} when it is not installed
 */
export function runtimeClient(): string {
  try {
    return fileURLToPath(import.meta.resolve('aws-lambda-ric'));
  } catch {
    throw new RuntimeClientError();
  }
}

/**
 * What makes a new process find modules as this one does: nothing, but with Yarn's Plug'n'Play, whose packages
 * lie in archives.
 */
export function moduleLoader(): string[] {
  if (process.versions.pnp === undefined) return [];
  const pnp = createRequire(import.meta.url).resolve('pnpapi');
  const loader = pathToFileURL(join(dirname(pnp), '.pnp.loader.mjs')).href;
  return [
    '--require',
    pnp,
    '--experimental-loader',
    loader,
    '--disable-warning=ExperimentalWarning',
  ];
}
