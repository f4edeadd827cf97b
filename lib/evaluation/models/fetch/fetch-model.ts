import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';
import { CatalogueError, verifyModelFile } from '../../../service/catalogue/load.ts';
import { checkIsWhole } from '../../../service/catalogue/onnx/check.ts';
import type { ListedModel } from '../../../service/catalogue/schema.ts';
import { DownloadError, type DownloadOptions, download } from './download.ts';

/**
 * Downloads the file of a listed model into its catalogue's folder, unless it is there.
 *
 * @returns whether it had to be downloaded
 * @throws {@link CatalogueError} when the catalogue lists no URL for it
 * @throws {@link DownloadError} when no URL delivers the right file, or another process is downloading
 *   it; the message names the model
 * @throws {@link OnnxFileError} when the file is the right one, but weights of the model lie in others
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
  try {
    mkdirSync(dirname(path), { recursive: true });
    const unlock = await lock(path, {
      realpath: false,
      // After a long sleep of this machine another process may download as well: the hash decides.
      onCompromised: () => {},
    });
    await download({ ...model, urls }, path, options).finally(() => unlock().catch(() => {}));
    checkIsWhole(path);
    return true;
  } catch (error) {
    throw failureOf(error, name, path);
  }
}

function failureOf(error: unknown, name: string, path: string): unknown {
  if ((error as NodeJS.ErrnoException).code === 'ELOCKED') {
    return new DownloadError(`${name} is being fetched by another process (${path}.lock)`, false);
  }
  if (!(error instanceof DownloadError)) return error;
  return new DownloadError(`${name} cannot be fetched: ${error.message}`, error.isUnreachable);
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
