import { fileURLToPath } from 'node:url';
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
