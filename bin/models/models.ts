import { type Command, InvalidArgumentError, Option } from 'commander';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { integerBetween, numberBetween } from '../shared/options.ts';
import { shortPath } from '../shared/output.ts';
import { serviceAddress } from '../shared/service-address.ts';
import { readAccuracy } from './accuracy-option.ts';
import type { AddOptions } from './add.ts';
import type { AskedModels } from './choose.ts';
import type { EvaluateOptions } from './evaluate.ts';
import type { FetchOptions } from './fetch.ts';
import type { ProfileOptions } from './profile.ts';

const catalogueHelp = 'a catalogue of models/, or a folder of your own';

/** `mdi models`: work on catalogues before they are deployed. */
export function addModelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('create, check and measure catalogues of models');
  addListCommand(models);
  addAddCommand(models);
  addVerifyCommand(models);
  addEvaluateCommand(models);
  addProfileCommand(models);
  addRemoveCommand(models);
  addFetchCommand(models);
}

// Actions are imported when they run: they load onnxruntime, which other commands do not need.

function addListCommand(models: Command): void {
  onCatalogue(models.command('list'))
    .description('the models of a catalogue, and which of them are dominated')
    .option('--json', 'print [{model, accuracyPct, meanMs, ...}]')
    .action(async (...args: [...Positional, { catalogue?: string; json?: true }]) => {
      const { list } = await import('./list.ts');
      list(chosen(args), args[2]);
    });
}

function addAddCommand(models: Command): void {
  models
    .command('add')
    .description('add models to a catalogue of yours, or start one with them')
    .argument(
      '<paths...>',
      '.onnx files of image classifiers, folders of one as Hugging Face has them, or folders of several',
    )
    .requiredOption('--catalogue <folder>', 'the catalogue; created when it does not exist')
    .option('--name <name>', 'what to call the model; by default like its file or folder')
    .option(
      '--accuracy <percent>',
      'its top-1 accuracy; of several models NAME=PERCENT for each',
      readAccuracy,
    )
    .option('--accuracies <file>', 'those of several models: CSV of name,accuracy, or JSON')
    .option(
      '--labels <file>',
      'one a line, or JSON; by default those beside the model; required for a new catalogue',
    )
    .option(
      '--preprocessing <file>',
      'JSON object: resizeShorterSide, centerCrop, color, ...; or a preprocessor_config.json; by default the one beside the model',
    )
    .option('--output <name>', 'which of its outputs holds the scores, if there are several')
    .addOption(
      new Option(
        '--scores <kind>',
        'what the output holds, where its answers do not show it',
      ).choices(['logits', 'probabilities', 'sigmoid']),
    )
    .addOption(
      new Option(
        '--background-class <place>',
        'where its score lies that belongs to none of the labels',
      ).choices(['first', 'last']),
    )
    .option('--model-version <text>', 'its version', '1')
    .option('--licence <text>', 'its licence; by default what its README.md says')
    .option(
      '--accuracy-source <text>',
      'where the accuracy comes from',
      'declared when the model was added',
    )
    .option('--memory-mb <mb>', 'memory of its function', integerBetween(128, 10_240))
    .option('--json', 'print the entry; of several models, a list of entries')
    .action(async (paths: string[], options: AddOptions, command: Command) => {
      if (options.accuracy === undefined && options.accuracies === undefined) {
        command.error("error: option '--accuracy <percent>' or '--accuracies <file>' is required");
      }
      const { add } = await import('./add.ts');
      await add(paths, { ...options, catalogue: resolveCatalogue(options.catalogue) });
    });
}

function addVerifyCommand(models: Command): void {
  onCatalogue(models.command('verify'))
    .description('check hashes, load and run every model; exit code 1 if something is wrong')
    .option('--json', 'print [{model, ok, problem}]')
    .action(async (...args: [...Positional, { catalogue?: string; json?: true }]) => {
      const { verify } = await import('./verify.ts');
      await verify(chosen(args), args[2]);
    });
}

function addEvaluateCommand(models: Command): void {
  onCatalogue(models.command('evaluate'))
    .description('measure top-1 and top-5 with the service’s own decoding')
    .requiredOption(
      '--images <folder>',
      'labelled images: in sub-folders named by label, or named 0007_*.jpg by class index, or with a CSV of file,label; or "generated", for shapes',
    )
    .option(
      '--count <n>',
      'at most so many images; 1,000 generated ones by default',
      integerBetween(1, 1e7),
    )
    .option('--seed <n>', 'seed of the generated images', integerBetween(0, 2 ** 31))
    .option(
      '--side <px>',
      'side of the generated images, drawn at 192 pixels and enlarged',
      integerBetween(192, 4096),
    )
    .option('--preprocessings', 'also try other usual preprocessings, and say which are better')
    .addOption(
      new Option(
        '--uploads',
        'measure the ways to send a picture instead: bytes, and what each model loses',
      ).conflicts(['strict', 'preprocessings']),
    )
    .option('--figure <file>', 'with --uploads: draw accuracy against bytes as SVG')
    .option('--write', 'write the measured top-1, or the rungs of --uploads, to the catalogue')
    .option('--strict', 'exit code 1 if a measured top-1 is far from the declared one')
    .option(
      '--json',
      'print [{model, n, top1Pct, top5Pct, ci95Pct: [low, high]}]; with --uploads {n, view, rungs, uploads}',
    )
    .action(async (...args: [...Positional, EvaluateOptions]) => {
      const { evaluate } = await import('./evaluate.ts');
      await evaluate(chosen(args), args[2]);
    });
}

function addProfileCommand(models: Command): void {
  onCatalogue(models.command('profile'))
    .description('measure latency, load time and memory on this machine')
    .option('--threads <n,...>', 'numbers of threads', readThreads, [1, 2])
    .option(
      '--seconds <s>',
      'at most so long for each number of threads',
      numberBetween(0.05, 600),
      2,
    )
    .option(
      '--write',
      'write the latencies to the catalogue, where they serve until there are profiles',
    )
    .option('--json', 'print [{model, threads, meanMs, stdMs, p50Ms, ..., loadMs, memoryMb}]')
    .action(async (...args: [...Positional, ProfileOptions]) => {
      const { profile } = await import('./profile.ts');
      await profile(chosen(args), args[2]);
    });
}

function addRemoveCommand(models: Command): void {
  models
    .command('remove')
    .description('remove a model from a catalogue and delete its file')
    .argument('<name>', 'the model')
    .requiredOption('--catalogue <folder>', catalogueHelp)
    .option('--keep-file', 'leave the .onnx file where it is')
    .action(async (name: string, options: { catalogue: string; keepFile?: true }) => {
      const { removeModel } = await import('../../lib/evaluation/models/edit/remove.ts');
      const directory = resolveCatalogue(options.catalogue);
      await removeModel(directory, name, options);
      console.log(`Removed ${name} from ${shortPath(directory)}.`);
    });
}

function addFetchCommand(models: Command): void {
  models
    .command('fetch')
    .description('download models that a catalogue lists, such as imagenet')
    .argument('<catalogue>', catalogueHelp)
    .argument('[names...]', 'models; by default the ladder that the catalogue names')
    .option('--all', 'all models that can be fetched')
    .option(
      '--mirror <url>',
      'a server to ask first, for the file’s name and for the paths of the catalogue’s URLs',
      serviceAddress,
    )
    .option('--from <folder>', 'a folder to look in first, whatever the files in it are named')
    .action(async (catalogue: string, names: string[], options: FetchOptions) => {
      const { fetchModels } = await import('./fetch.ts');
      await fetchModels({ directory: resolveCatalogue(catalogue), names }, options);
    });
}

type Positional = [catalogue: string | undefined, names: string[]];

/** The catalogue is the first argument or an option; the remaining arguments name models. */
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
    throw new InvalidArgumentError(`"${part}" is not a number of threads from 1 to 64.`);
  });
}
