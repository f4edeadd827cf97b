import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { timesDeployed } from '../../lib/evaluation/tune/deployed.ts';
import { timesOnPaper } from '../../lib/evaluation/tune/on-paper.ts';
import type { MemoryTime } from '../../lib/evaluation/tune/options.ts';
import { functionNameOf } from '../../lib/infra/function-names.ts';
import { packageRoot, resolveCatalogue } from '../../lib/infra/package-files.ts';
import { neededMemoryMb } from '../../lib/service/catalogue/limits.ts';
import { photoFile } from '../../lib/service/catalogue/load.ts';
import type { Catalogue, CatalogueModel } from '../../lib/service/catalogue/schema.ts';
import { createLambdaClient } from '../../lib/service/inference/invoke.ts';
import { contentTypeOf } from '../shared/content-type.ts';
import { progressBar } from '../shared/output.ts';
import { readModels } from '../shared/read-models.ts';
import { type ScalingOptions, scalingBy } from '../shared/sizes.ts';

/** Options of `mdi tune`. */
export interface TuneOptions extends ScalingOptions {
  readonly catalogue: string;
  readonly latencyMs: number;
  readonly memoryMb: readonly number[];
  readonly url?: string;
  readonly profiles?: string;
  readonly deployment?: string;
  readonly runs: number;
  readonly region: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly out: string;
  readonly figure?: string;
  readonly json?: true;
}

/** Each model's times with every memory, by its name. */
export type Times = ReadonlyMap<string, readonly MemoryTime[]>;

/**
 * The times from one profile of each model.
 *
 * @throws Error when a model has none
 */
export async function timeOnPaper(
  models: readonly CatalogueModel[],
  options: TuneOptions,
): Promise<Times> {
  const profiled = await readModels(options);
  const scalingOf = scalingBy(options);
  return new Map(
    models.map(({ name, bytes, reference }) => {
      const found = profiled.find((model) => model.name === name);
      if (!found) throw new Error(`there is no profile of "${name}"`);
      const model = { ...found, parallelShare: reference?.parallelShare };
      return [name, timesOnPaper(model, options.memoryMb, scalingOf(model), bytes)];
    }),
  );
}

/**
 * The times of a deployed service's functions, measured one after the other: an account may have no more than ten
 * concurrent executions.
 *
 * @throws {@link TuneError} when a function cannot be measured
 */
export async function measureDeployed(
  { samples, labels }: Pick<Catalogue, 'samples' | 'labels'>,
  models: readonly CatalogueModel[],
  deployment: string,
  options: TuneOptions,
): Promise<Times> {
  const { catalogue, memoryMb, runs, region } = options;
  const [own] = samples;
  const path = own
    ? join(resolveCatalogue(catalogue), own.file)
    : join(packageRoot, 'models', photoFile);
  const image = readFileSync(path);
  const interrupted = new AbortController();
  // The function that is being measured must get its own memory back.
  const stop = () => interrupted.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  const lambda = createLambdaClient({ region });
  const tasks = models.map(({ name, bytes }) => ({
    name,
    memoryMb: memoryMb.filter((mb) => mb >= neededMemoryMb(bytes)),
  }));
  const bar = progressBar('memory sizes measured');
  bar.start(
    tasks.reduce((sum, task) => sum + task.memoryMb.length, 0),
    0,
  );
  try {
    const times = new Map<string, MemoryTime[]>();
    for (const task of tasks) {
      const measured = await timesDeployed({
        lambda,
        functionName: functionNameOf(deployment, task.name),
        labels,
        sample: { contentType: contentTypeOf(image), body: image.toString('base64') },
        memoryMb: task.memoryMb,
        runs,
        signal: interrupted.signal,
        onMeasured: () => bar.increment(),
      });
      times.set(task.name, measured);
    }
    return times;
  } finally {
    bar.stop();
    process.off('SIGINT', stop);
  }
}
