import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CatalogueError } from '../../../service/catalogue/load.ts';

/**
 * Uses a new folder in another, which is created when it is not there, and removed again when nothing is left in it.
 *
 * @throws {@link CatalogueError} when nothing can be written there
 */
export async function inNewFolder<T>(
  parent: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const { created, folder } = makeFolder(parent);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (created !== undefined) removeIfEmpty(parent, created);
  }
}

/** Removes a folder, and those that it is in up to `last`, as far as they are empty. */
function removeIfEmpty(folder: string, last: string): void {
  try {
    rmdirSync(folder);
  } catch {
    return;
  }
  if (folder !== last) removeIfEmpty(dirname(folder), last);
}

function makeFolder(parent: string): { created: string | undefined; folder: string } {
  try {
    const created = mkdirSync(parent, { recursive: true });
    return { created, folder: mkdtempSync(join(parent, '.adding-')) };
  } catch (error) {
    throw new CatalogueError(`${parent}: cannot be written: ${(error as Error).message}`);
  }
}
