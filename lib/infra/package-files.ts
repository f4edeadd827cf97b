import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder with `functions/`, `layers/` and `models/` in it: the root of a clone; in the package `dist/`,
 * where `scripts/build.ts` puts them in the same places.
 */
export const packageRoot: string = join(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The folder of a catalogue: of `models/` when it is one of the package's own, else the path itself.
 *
 * @param nameOrPath - such as `shapes` or `./my-models`
 */
export function resolveCatalogue(nameOrPath: string): string {
  const own = join(packageRoot, 'models', nameOrPath);
  return existsSync(join(own, 'catalogue.json')) ? own : resolve(nameOrPath);
}
