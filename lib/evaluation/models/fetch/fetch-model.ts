import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';
import { CatalogueError, verifyModelFile } from '../../../service/catalogue/load.ts';
import { checkIsWhole } from '../../../service/catalogue/onnx/check.ts';
import type { ListedModel } from '../../../service/catalogue/schema.ts';
import { addressesOf } from './addresses.ts';
import { DownloadError, type DownloadOptions, download } from './download.ts';
import { copyChecked, findFile } from './local-file.ts';

/** Where the files of models may be beside their URLs. */
export interface FetchSources {
  /** A server to ask first, see {@link addressesOf}. */
  readonly mirror?: string | undefined;
  /** A folder to look in before any server is asked. */
  readonly from?: string | undefined;
}

/** What became of a model's file. */
export type Fetched =
  | { readonly how: 'is there' }
  | { readonly how: 'copied'; readonly path: string }
  | { readonly how: 'downloaded'; readonly url: string };

/**
 * Brings the file of a listed model into its catalogue's folder, unless it is there.
 *
 * @throws {@link CatalogueError} when there is no place to fetch it from
 * @throws {@link DownloadError} when no URL delivers the right file, or another process is downloading
 *   it; the message names the model
 * @throws {@link OnnxFileError} when the file is the right one, but weights of the model lie in others
 */
export async function fetchModel(
  directory: string,
  model: ListedModel,
  options: DownloadOptions & FetchSources,
): Promise<Fetched> {
  const { name, file } = model;
  const { mirror, from } = options;
  const fault = faultOf(directory, model);
  if (fault === undefined) return { how: 'is there' };
  const path = join(directory, file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const local = from === undefined ? undefined : findFile(from, model);
    if (local && (await copyChecked(local, path, model.sha256))) {
      checkIsWhole(path);
      return { how: 'copied', path: local };
    }
    const urls = addressesOf(model, mirror);
    if (urls.length === 0) {
      const place = from === undefined ? '' : `is not in ${from}, and `;
      throw new CatalogueError(`model "${name}" ${place}has no urls to be fetched from`);
    }
    const unlock = await lock(path, {
      realpath: false,
      // After a long sleep of this machine another process may download as well: the hash decides.
      onCompromised: () => {},
    });
    const url = await download({ ...model, urls }, path, options).finally(() =>
      unlock().catch(() => {}),
    );
    checkIsWhole(path);
    return { how: 'downloaded', url };
  } catch (error) {
    const otherFile = existsSync(path) ? [fault] : [];
    const notInFolder = from === undefined ? [] : [`it is not in ${from}`];
    throw failureOf(error, name, path, [...otherFile, ...notInFolder]);
  }
}

function failureOf(
  error: unknown,
  name: string,
  path: string,
  reasons: readonly string[],
): unknown {
  if ((error as NodeJS.ErrnoException).code === 'ELOCKED') {
    return new DownloadError(`${name} is being fetched by another process (${path}.lock)`, false);
  }
  if (!(error instanceof DownloadError)) return error;
  const why = [...reasons, error.message].join('; ');
  return new DownloadError(`${name} cannot be fetched: ${why}`, error.isUnreachable);
}

/** Why the file in the catalogue's folder is not the model's; undefined when it is. */
function faultOf(directory: string, model: ListedModel): string | undefined {
  try {
    verifyModelFile(directory, model);
    return undefined;
  } catch (error) {
    if (error instanceof CatalogueError) return error.message;
    throw error;
  }
}
