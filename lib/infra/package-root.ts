import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, with `functions/`, `layers/` and `models/` in it. */
export const packageRoot: string = join(dirname(fileURLToPath(import.meta.url)), '../..');
