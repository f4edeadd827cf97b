import { type Command, InvalidArgumentError } from 'commander';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { integerBetween, numberBetween } from '../shared/options.ts';
import type { AddOptions } from './add.ts';
import type { AskedModels } from './choose.ts';
import type { EvaluateOptions } from './evaluate.ts';
import type { FetchOptions } from './fetch.ts';
import type { ProfileOptions } from './profile.ts';

const catalogueHelp = 'a catalogue of models/, or a folder of your own';

/** `mdi models`: what is done with catalogues before they are deployed. */
export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('look after catalogues of models');
  addListCommand(models);
  addAddCommand(models);
  addVerifyCommand(models);
  addEvaluateCommand(models);
  addProfileCommand(models);
  addRemoveCommand(models);
  addFetchCommand(models);
}

// The actions are imported when they are run: they load onnxruntime, which other commands do without.

function addListCommand(models: Command): void {
  onCatalogue(models.command('list'))
    .description('what a catalogue holds, and which models another one dominates')
    .option('--json', 'print [{model, accuracyPct, meanMs, ...}]')
    .action(async (...args: [...Positional, { catalogue?: string; json?: true }]) => {
      const { list } = await import('./list.ts');
      list(chosen(args), args[2]);
    });
}

function addAddCommand(models: Command): void {
  models
    .command('add')
    .description('add a model to a catalogue of yours, or begin one with it')
    .argument('<file>', 'the .onnx file of an image classifier')
    .requiredOption('--catalogue <folder>', 'the catalogue; made when it is not there')
    .requiredOption('--name <name>', 'what to call the model')
    .requiredOption('--accuracy <percent>', 'its top-1 accuracy', numberBetween(0, 100))
    .option('--labels <file>', 'JSON list of labels; a new catalogue needs it')
    .option('--preprocessing <file>', 'JSON object: resizeShorterSide, centerCrop, color, ...')
    .option('--model-version <text>', 'its version', '1')
    .option('--licence <text>', 'its licence', 'not stated')
    .option('--accuracy-source <text>', 'who says so', 'declared when the model was added')
    .option('--memory-mb <mb>', 'memory of its function', integerBetween(128, 10_240))
    .option('--json', 'print the entry')
    .action(async (file: string, options: AddOptions) => {
      const { add } = await import('./add.ts');
      await add(file, { ...options, catalogue: resolveCatalogue(options.catalogue) });
    });
}

function addVerifyCommand(models: Command): void {
  onCatalogue(models.command('verify'))
    .description('check hashes, load every model and run it; exit code 1 if one is not right')
    .option('--json', 'print [{model, ok, problem}]')
    .action(async (...args: [...Positional, { catalogue?: string; json?: true }]) => {
      const { verify } = await import('./verify.ts');
      await verify(chosen(args), args[2]);
    });
}

function addEvaluateCommand(models: Command): void {
  onCatalogue(models.command('evaluate'))
    .description('measure top-1 and top-5 through the service’s own decoding')
    .requiredOption(
      '--images <folder>',
      'labelled images: in sub-folders named by label, or named 0007_*.jpg by class index, or with a CSV of file,label; or "generated", for shapes',
    )
    .option('--count <n>', 'images at most; 1,000 generated ones', integerBetween(1, 1e7))
    .option('--seed <n>', 'data set of generated images', integerBetween(0, 2 ** 31))
    .option('--write', 'keep the measured top-1 in the catalogue')
    .option('--strict', 'exit code 1 if a measured top-1 is far from the declared one')
    .option('--json', 'print [{model, n, top1Pct, top5Pct, ci95Pct: [low, high]}]')
    .action(async (...args: [...Positional, EvaluateOptions]) => {
      const { evaluate } = await import('./evaluate.ts');
      await evaluate(chosen(args), args[2]);
    });
}

function addProfileCommand(models: Command): void {
  onCatalogue(models.command('profile'))
    .description('measure latency, load time and memory on this machine')
    .option('--threads <n,...>', 'numbers of threads', readThreads, [1, 2])
    .option('--seconds <s>', 'the longest time for each number', numberBetween(0.05, 600), 2)
    .option('--write', 'keep the latencies in the catalogue, for until profiles are known')
    .option('--json', 'print [{model, threads, meanMs, stdMs, p50Ms, ..., loadMs, memoryMb}]')
    .action(async (...args: [...Positional, ProfileOptions]) => {
      const { profile } = await import('./profile.ts');
      await profile(chosen(args), args[2]);
    });
}

function addRemoveCommand(models: Command): void {
  models
    .command('remove')
    .description('take a model out of a catalogue and delete its file')
    .argument('<name>', 'the model')
    .requiredOption('--catalogue <folder>', catalogueHelp)
    .option('--keep-file', 'leave the .onnx file where it is')
    .action(async (name: string, options: { catalogue: string; keepFile?: true }) => {
      const { remove } = await import('./remove.ts');
      await remove(resolveCatalogue(options.catalogue), name, options);
    });
}

function addFetchCommand(models: Command): void {
  models
    .command('fetch')
    .description('download models that a catalogue lists, such as imagenet')
    .argument('<catalogue>', catalogueHelp)
    .argument('[names...]', 'models; by default the ladder that the catalogue names')
    .option('--all', 'every model that can be fetched')
    .action(async (catalogue: string, names: string[], options: FetchOptions) => {
      const { fetchModels } = await import('./fetch.ts');
      await fetchModels({ directory: resolveCatalogue(catalogue), names }, options);
    });
}

type Positional = [catalogue: string | undefined, names: string[]];

/** The catalogue is the first argument or an option; what is left over names models. */
function onCatalogue(command: Command): Command {
  return command
    .argument('[catalogue]', `${catalogueHelp} (default: shapes)`)
    .argument('[names...]', 'models; by default all')
    .option('--catalogue <folder>', 'the same');
}

function chosen([first, rest, { catalogue }]: [
  ...Positional,
  { catalogue?: string },
]): AskedModels {
  const names = [...(catalogue !== undefined && first !== undefined ? [first] : []), ...rest];
  return { directory: resolveCatalogue(catalogue ?? first ?? 'shapes'), names };
}

function readThreads(text: string): number[] {
  return text.split(',').map((part) => {
    const count = Number(part);
    if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
    throw new InvalidArgumentError(`"${part}" is no number of threads from 1 to 64.`);
  });
}
