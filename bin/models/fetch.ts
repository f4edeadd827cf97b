import cliProgress from 'cli-progress';
import { DownloadError } from '../../lib/evaluation/models/fetch/download.ts';
import { createDownloader } from '../../lib/evaluation/models/fetch/downloader.ts';
import { fetchModel } from '../../lib/evaluation/models/fetch/fetch-model.ts';
import { sizeNote } from '../../lib/service/catalogue/limits.ts';
import { CatalogueError, listCatalogue } from '../../lib/service/catalogue/load.ts';
import type { ListedModel } from '../../lib/service/catalogue/schema.ts';
import { note, shortPath } from '../shared/output.ts';
import { type AskedModels, chooseModels } from './choose.ts';

/** Options of `mdi models fetch`. */
export interface FetchOptions {
  readonly all?: true;
}

/** `mdi models fetch`: downloads listed models. */
export async function fetchModels(chosen: AskedModels, options: FetchOptions): Promise<void> {
  const models = wanted(chosen, options);
  const dispatcher = createDownloader();
  const failures: Error[] = [];
  try {
    for (const [i, model] of models.entries()) {
      const position = `${i + 1} of ${models.length}`;
      const failure = await fetchOne(chosen.directory, model, dispatcher, position);
      if (!failure) continue;
      failures.push(failure);
      // An offline machine fails with every model alike.
      if (failure instanceof DownloadError && failure.isUnreachable) break;
    }
  } finally {
    await dispatcher.destroy();
  }
  const [first, ...others] = failures;
  if (!first) return;
  if (others.length === 0) throw first;
  for (const { message } of failures) console.error(message);
  throw new Error(`${failures.length} of ${models.length} models could not be fetched`);
}

function wanted(chosen: AskedModels, { all }: FetchOptions): ListedModel[] {
  const { directory, names } = chosen;
  const { ladder, name } = listCatalogue(directory);
  const some = names.length === 0 && !all ? (ladder ?? []) : names;
  const { models } = chooseModels({ directory, names: some });
  const fetchable = some.length > 0 ? models : models.filter(({ urls }) => urls);
  if (fetchable.length === 0) {
    throw new CatalogueError(`catalogue "${name}" has no models that are to be fetched`);
  }
  return [...fetchable];
}

async function fetchOne(
  directory: string,
  model: ListedModel,
  dispatcher: ReturnType<typeof createDownloader>,
  position: string,
): Promise<Error | undefined> {
  const { name, bytes } = model;
  const megabytes = (count: number) => (count / 1e6).toFixed(1);
  const bar = new cliProgress.SingleBar({
    format: `${position} {bar} {percentage} % | ${name} | {done} of ${megabytes(bytes)} MB, {eta_formatted} left`,
    clearOnComplete: true,
    stream: process.stderr,
    etaBuffer: 100,
  });
  bar.start(bytes, 0, { done: '0' });
  const onProgress = (done: number) => bar.update(done, { done: megabytes(done) });
  const result = await fetchModel(directory, model, { dispatcher, onProgress })
    .catch((error: Error) => error)
    .finally(() => bar.stop());
  if (result instanceof Error) {
    if (!(result instanceof DownloadError) || !result.isUnreachable) return result;
    return new DownloadError(`${result.message} (is this machine offline?)`, true);
  }
  console.log(
    result
      ? `${name}: fetched ${megabytes(bytes)} MB to ${shortPath(directory)}`
      : `${name}: is there already`,
  );
  if (model.unverified) note(`${name}: ${model.unverified}.`);
  const size = sizeNote(model);
  if (size) note(`${size}.`);
  return undefined;
}
