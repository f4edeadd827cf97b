import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from './package-root.ts';

/**
 * The folder of a catalogue: of `models/` when it is one of the package's own, else the path itself.
 *
 * @param nameOrPath - such as `shapes` or `./my-models`
 */
export function resolveCatalogue(nameOrPath: string): string {
  const own = join(packageRoot, 'models', nameOrPath);
  return existsSync(join(own, 'catalogue.json')) ? own : resolve(nameOrPath);
}
