import { readAccuracies } from '../../lib/evaluation/models/edit/accuracy-file.ts';
import { type AddedModel, addModel, type NewModel } from '../../lib/evaluation/models/edit/add.ts';
import { type FoundModel, findModels } from '../../lib/evaluation/models/edit/find-models.ts';
import { sizeNote } from '../../lib/service/catalogue/limits.ts';
import { listCatalogue } from '../../lib/service/catalogue/load.ts';
import { shortPath } from '../shared/output.ts';
import type { GivenAccuracy } from './accuracy-option.ts';
import { note, noteDominated, ratedByCatalogue } from './choose.ts';

/** Options of `mdi models add`. */
export interface AddOptions
  extends Pick<
    NewModel,
    | 'labels'
    | 'preprocessing'
    | 'memoryMb'
    | 'accuracySource'
    | 'output'
    | 'scores'
    | 'backgroundClass'
  > {
  readonly catalogue: string;
  readonly name?: string;
  readonly licence?: string;
  readonly accuracy?: GivenAccuracy;
  readonly accuracies?: string;
  readonly modelVersion: string;
  readonly json?: true;
}

/** `mdi models add`: adds models to a catalogue. Those that can be added are, whatever becomes of the others. */
export async function add(paths: readonly string[], options: AddOptions): Promise<void> {
  const found = paths.flatMap<FoundModel | Error>((path) => attempt(() => findModels(path)));
  if (found.length > 1 && (options.name !== undefined || options.accuracy?.ofAll !== undefined)) {
    const what = options.name === undefined ? '--accuracy PERCENT' : '--name';
    throw new Error(
      `${what} is for one model, but there are ${found.length}: ${namesOf(found)}; give --accuracy NAME=PERCENT for each, or --accuracies FILE`,
    );
  }
  const accuracyOf = readGiven(options);
  const added: AddedModel['entry'][] = [];
  const failures: Error[] = [];
  for (const model of found) {
    const result =
      model instanceof Error
        ? model
        : await addOne(model, options, accuracyOf).catch((error: Error) => error);
    if (result instanceof Error) failures.push(result);
    else added.push(result);
  }
  if (options.json && added.length > 0) {
    console.log(JSON.stringify(found.length > 1 ? added : added[0], null, 2));
  }
  if (added.length > 0) conclude(options);
  const [first] = failures;
  if (!first) return;
  if (found.length === 1) throw first;
  for (const { message } of failures) console.error(message);
  throw new Error(`${failures.length} of ${found.length} models could not be added`);
}

function attempt(find: () => FoundModel[]): (FoundModel | Error)[] {
  try {
    return find();
  } catch (error) {
    return [error as Error];
  }
}

function namesOf(found: readonly (FoundModel | Error)[]): string {
  return found.map((model) => (model instanceof Error ? '?' : model.name)).join(', ');
}

function readGiven({ accuracy, accuracies }: AddOptions): (name: string) => number {
  const inFile = accuracies === undefined ? undefined : readAccuracies(accuracies);
  return (name) => {
    const percent = accuracy?.byName.get(name) ?? accuracy?.ofAll ?? inFile?.get(name);
    if (percent !== undefined) return percent;
    const place = accuracies === undefined ? '' : ` in ${accuracies}`;
    throw new Error(`${name}: its accuracy is not given${place}: --accuracy ${name}=PERCENT`);
  };
}

async function addOne(
  found: FoundModel,
  options: AddOptions,
  accuracyOf: (name: string) => number,
): Promise<AddedModel['entry']> {
  const {
    catalogue: directory,
    accuracySource,
    memoryMb,
    output,
    scores,
    backgroundClass,
  } = options;
  const name = options.name ?? found.name;
  const model: NewModel = {
    ...{ name, directory, accuracySource, file: found.file },
    labels: options.labels ?? found.labels,
    preprocessing: options.preprocessing ?? found.preprocessing,
    licence: options.licence ?? found.licence ?? 'not stated',
    version: options.modelVersion,
    accuracyPct: accuracyOf(name),
    ...(memoryMb !== undefined && { memoryMb }),
    ...(output !== undefined && { output }),
    ...(scores && { scores }),
    ...(backgroundClass && { backgroundClass }),
  };
  const added = await addModel(model);
  const { entry, profile, guessedPreprocessing, triedLayout, differences, folded, isNewCatalogue } =
    added;
  if (!options.json) {
    const memory = `${profile.memoryMb.toFixed(0)} MB of memory`;
    console.log(
      `Added ${entry.name} to ${shortPath(directory)}${isNewCatalogue ? ', a new catalogue' : ''}: top-1 ${entry.accuracyPct} %, ${profile.meanMs.toPrecision(3)} ms, ${memory}, ${entry.output}.`,
    );
  }
  noteFound(found, options);
  if (folded.length > 0) {
    const more = folded.length > 3 ? ` and ${folded.length - 3} more files` : '';
    const files = `${folded.slice(0, 3).join(', ')}${more}`;
    note(`${name}: its file holds the weights that lay in ${files} as well.`);
  }
  for (const difference of differences) note(`${name}: ${difference}.`);
  if (guessedPreprocessing?.dtype === 'float32') {
    note('no --preprocessing was given: the model gets unchanged pixels, 0 to 255, in RGB order.');
  }
  if (triedLayout) {
    note(
      `${name}: its file does not say how its input is laid out: ${triedLayout}, since it runs on no other.`,
    );
  }
  const size = sizeNote(entry);
  if (size) note(`${size}.`);
  return entry;
}

/** Says what was taken from files that nobody named. */
function noteFound(found: FoundModel, options: AddOptions): void {
  const taken = [
    options.labels === undefined && found.labels && `labels from ${shortPath(found.labels)}`,
    options.preprocessing === undefined &&
      found.preprocessing &&
      `preprocessing from ${shortPath(found.preprocessing)}`,
    options.licence === undefined && found.licence && `licence ${found.licence} from its README.md`,
  ].filter(Boolean);
  if (taken.length > 0) note(`${options.name ?? found.name}: ${taken.join(', ')}.`);
}

function conclude({ catalogue, json }: AddOptions): void {
  noteDominated(ratedByCatalogue(listCatalogue(catalogue)));
  if (json) return;
  console.log(
    `Check it with labelled images: npx mdi models evaluate --catalogue ${shortPath(catalogue)} --images FOLDER --preprocessings`,
  );
}
