import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder with `functions/`, `layers/` and `models/` in it: of a clone its root, of the package
 * `dist/`, where `scripts/build.ts` puts them in the same places.
 */
export const packageRoot: string = join(dirname(fileURLToPath(import.meta.url)), '../..');
