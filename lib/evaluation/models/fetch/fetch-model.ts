import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CatalogueError, verifyModelFile } from '../../../service/catalogue/load.ts';
import { takeLock } from '../../../service/catalogue/lock-file.ts';
import type { ListedModel } from '../../../service/catalogue/schema.ts';
import { DownloadError, type DownloadOptions, download } from './download.ts';

/**
 * Gets the file of a listed model into its catalogue's folder, unless it is there.
 *
 * @returns whether it had to be fetched
 * @throws {@link CatalogueError} when the catalogue does not say from where
 * @throws {@link DownloadError} naming the model, when no URL gives the right file
 */
export async function fetchModel(
  directory: string,
  model: ListedModel,
  options: DownloadOptions,
): Promise<boolean> {
  const { name, urls = [], file } = model;
  if (isRight(directory, model)) return false;
  if (urls.length === 0) throw new CatalogueError(`model "${name}" has no urls to be fetched from`);
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true });
  const lock = takeLock(`${path}.lock`);
  if ('owner' in lock) {
    throw new DownloadError(`${name} is being fetched by process ${lock.owner}`, false);
  }
  try {
    await download({ ...model, urls }, path, options);
    return true;
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    throw new DownloadError(`${name} cannot be fetched: ${error.message}`, error.isUnreachable);
  } finally {
    lock.unlock();
  }
}

function isRight(directory: string, model: ListedModel): boolean {
  try {
    verifyModelFile(directory, model);
    return true;
  } catch (error) {
    if (error instanceof CatalogueError) return false;
    throw error;
  }
}
