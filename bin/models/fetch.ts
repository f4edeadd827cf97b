import { existsSync } from 'node:fs';
import { join } from 'node:path';
import cliProgress from 'cli-progress';
import { DownloadError } from '../../lib/evaluation/models/fetch/download.ts';
import { createDownloader } from '../../lib/evaluation/models/fetch/downloader.ts';
import {
  type Fetched,
  type FetchSources,
  fetchModel,
} from '../../lib/evaluation/models/fetch/fetch-model.ts';
import type { TransferError } from '../../lib/evaluation/models/fetch/transfer-error.ts';
import { sizeNote } from '../../lib/service/catalogue/limits.ts';
import { CatalogueError, listCatalogue } from '../../lib/service/catalogue/load.ts';
import type { ListedModel } from '../../lib/service/catalogue/schema.ts';
import { shortPath } from '../shared/output.ts';
import { type AskedModels, chooseModels, note } from './choose.ts';

/** Options of `mdi models fetch`. */
export interface FetchOptions extends FetchSources {
  readonly all?: true;
}

type Downloader = ReturnType<typeof createDownloader>;

/** What the downloads of one run share. */
interface Run {
  readonly directory: string;
  readonly sources: FetchSources;
  readonly dispatcher: Downloader;
  readonly unreachableHosts: Set<string>;
}

/** `mdi models fetch`: downloads listed models. */
export async function fetchModels(chosen: AskedModels, options: FetchOptions): Promise<void> {
  const { directory } = chosen;
  const { from } = options;
  if (from !== undefined && !existsSync(from)) throw new Error(`${from}: no such folder`);
  const models = wanted(chosen, options);
  const dispatcher = createDownloader();
  const run = { directory, sources: options, dispatcher, unreachableHosts: new Set<string>() };
  const missing: ListedModel[] = [];
  const failures: Error[] = [];
  try {
    for (const [i, model] of models.entries()) {
      const failure = await fetchOne(run, model, `${i + 1} of ${models.length}`);
      if (!failure) continue;
      failures.push(failure);
      missing.push(model);
      // An offline machine fails with every model alike.
      const isOffline = failure instanceof DownloadError && failure.isUnreachable;
      if (!isOffline || from !== undefined) continue;
      missing.push(...models.slice(i + 1));
      break;
    }
  } finally {
    await dispatcher.destroy();
  }
  const [first, ...others] = failures;
  if (!first) return;
  if (failures.some((failure) => failure instanceof DownloadError)) {
    console.error(byHand(missing, directory));
  }
  if (others.length === 0) throw first;
  for (const { message } of failures) console.error(message);
  throw new Error(`${failures.length} of ${models.length} models could not be fetched`);
}

function wanted(chosen: AskedModels, { all, mirror, from }: FetchOptions): ListedModel[] {
  const { directory, names } = chosen;
  const { ladder, name } = listCatalogue(directory);
  const some = names.length === 0 && !all ? (ladder ?? []) : names;
  const { models } = chooseModels({ directory, names: some });
  const needsUrls = some.length === 0 && mirror === undefined && from === undefined;
  const fetchable = needsUrls ? models.filter(({ urls }) => urls) : models;
  if (fetchable.length === 0) {
    throw new CatalogueError(`catalogue "${name}" has no models that are to be fetched`);
  }
  return [...fetchable];
}

async function fetchOne(
  { directory, sources, ...shared }: Run,
  model: ListedModel,
  position: string,
): Promise<Error | undefined> {
  const { name, bytes } = model;
  const bar = new cliProgress.SingleBar({
    format: `${position} {bar} {percentage} % | ${name} | {done} of ${megabytes(bytes)} MB, {eta_formatted} left`,
    clearOnComplete: true,
    stream: process.stderr,
    etaBuffer: 100,
  });
  bar.start(bytes, 0, { done: '0' });
  const failures: TransferError[] = [];
  const result = await fetchModel(directory, model, {
    ...sources,
    ...shared,
    onProgress: (done) => bar.update(done, { done: megabytes(done) }),
    onFailure: (failure) => failures.push(failure),
  })
    .catch((error: Error) => error)
    .finally(() => bar.stop());
  if (result instanceof Error) {
    if (!(result instanceof DownloadError) || !result.isUnreachable) return result;
    return new DownloadError(`${result.message} (is this machine offline?)`, true);
  }
  for (const { message } of failures) note(`${name} was tried elsewhere before: ${message}.`);
  console.log(`${name}: ${told(result, model, directory)}`);
  if (model.unverified) note(`${name}: ${model.unverified}.`);
  const size = sizeNote(model);
  if (size) note(`${size}.`);
  return undefined;
}

function told(fetched: Fetched, { bytes }: ListedModel, directory: string): string {
  if (fetched.how === 'is there') return 'is there already';
  const to = `${megabytes(bytes)} MB to ${shortPath(directory)}`;
  return fetched.how === 'copied'
    ? `copied ${to} from ${shortPath(fetched.path)}`
    : `fetched ${to} from ${new URL(fetched.url).host}`;
}

/** What somebody with a browser can do where this program cannot reach the servers. */
function byHand(models: readonly ListedModel[], directory: string): string {
  const files = models.flatMap(({ file, bytes, urls = [] }) => [
    `  ${join(shortPath(directory), file)} (${megabytes(bytes)} MB)`,
    ...urls.slice(0, 1).map((url) => `    ${url}`),
  ]);
  return [
    'By hand: download these, with a browser or on another machine,',
    ...files,
    'and run this command again: it checks the size and SHA-256 of what is there. Elsewhere than in these places,',
    'the files are found with --from FOLDER, whatever their names; --mirror URL asks a server of yours first.',
  ].join('\n');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
