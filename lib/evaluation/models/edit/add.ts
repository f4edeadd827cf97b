import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ModelShapeError } from '../../../core/preprocessing/errors.ts';
import type { OutputKind } from '../../../core/preprocessing/predictions.ts';
import type { Preprocessing } from '../../../core/preprocessing/preprocessing.ts';
import { neededMemoryMb } from '../../../service/catalogue/limits.ts';
import {
  CatalogueError,
  catalogueFile,
  listCatalogue,
  parseFile,
  readOrExplain,
} from '../../../service/catalogue/load.ts';
import {
  type CatalogueFile,
  catalogueListingSchema,
  listedModelSchema,
} from '../../../service/catalogue/schema.ts';
import { mbPerVcpu, threadsFor } from '../../../service/inference/threads.ts';
import { type ModelProfile, profileModel, referenceOf } from '../latency/profile.ts';
import { editCatalogue, replaceFile } from './edit-catalogue.ts';
import { catalogueNameOf, readLabels, readPreprocessing } from './given-files.ts';
import { inspectModel, type ModelInspection } from './inspect.ts';

/** A model to be added to a catalogue. */
export interface NewModel {
  /** The .onnx file. */
  readonly file: string;
  /** The catalogue's folder, created when it does not exist. */
  readonly directory: string;
  readonly name: string;
  /** Top-1 in percent. */
  readonly accuracyPct: number;
  /** JSON file of the labels, in the order of the model's outputs; required for a new catalogue. */
  readonly labels?: string;
  /** What the model outputs: needed when its answers do not show it. */
  readonly scores?: OutputKind;
  /** Which of its outputs holds the scores; needed when it has several. */
  readonly output?: string;
  /** Where the score of a class lies that is no label. */
  readonly backgroundClass?: 'first' | 'last';
  /** JSON file of preprocessing fields. */
  readonly preprocessing?: string;
  readonly version: string;
  readonly licence: string;
  readonly accuracySource: string;
  /**
   * Memory of the model's function in MB.
   *
   * @default - what the model needs, at least 1,769
   */
  readonly memoryMb?: number;
}

/** A model that was added. */
export interface AddedModel {
  readonly entry: CatalogueFile['models'][number];
  readonly profile: ModelProfile;
  /** Its preprocessing, when none was given. */
  readonly guessedPreprocessing: Preprocessing | undefined;
  /** Its layout, where only running it has shown it. */
  readonly triedLayout: Preprocessing['layout'] | undefined;
  readonly isNewCatalogue: boolean;
}

type Entry = CatalogueFile['models'][number];

const leastMemoryMb = mbPerVcpu;
const measureSettings = { maxRuns: 1000, leastRuns: 10, maxMs: 1_500, precision: 0.01 };

/**
 * Adds a model to a catalogue: loads it, times it, copies its file and writes its entry. Nothing is
 * written before the model has run.
 *
 * @throws {@link CatalogueError} when a file cannot be read, or the entry does not fit the catalogue
 * @throws {@link ModelShapeError} when the model is not a classifier of the catalogue's labels and input
 * @throws {@link ProfileModelError} when it cannot be timed
 */
export async function addModel(model: NewModel): Promise<AddedModel> {
  const { directory, file, name } = model;
  const bytes = readOrExplain(file, 'a model');
  const catalogue = existsSync(join(directory, catalogueFile))
    ? listCatalogue(directory)
    : undefined;
  const labels = readLabels(model.labels, directory, catalogue?.labels);
  const given = readPreprocessing(model.preprocessing);
  const description = await inspectModel(bytes, {
    labels,
    preprocessing: given,
    input: catalogue?.input,
    output: model.scores,
    outputName: model.output,
    backgroundClass: model.backgroundClass,
  }).catch((error: Error) => {
    throw error instanceof ModelShapeError
      ? new ModelShapeError(`${file}: ${error.message}`, { cause: error })
      : error;
  });
  const initial: CatalogueFile = {
    name: catalogueNameOf(directory),
    task: 'image-classification',
    labels,
    input: description.input,
    models: [],
  };
  const draft = entryOf(model, bytes, description);
  checkEntry(draft, catalogue ?? initial, directory);

  const { entry, profile } = await time(model, draft, { ...initial, ...catalogue });
  await editCatalogue(
    directory,
    (edited) => {
      // Another process may have created a catalogue here in the meantime.
      if (edited.labels.join('\n') !== labels.join('\n')) {
        throw new CatalogueError(
          `${directory} has got a catalogue with other labels in the meantime`,
        );
      }
      checkEntry(entry, edited, directory);
      placeFile(join(directory, `${name}.onnx`), bytes, resolve(file));
      edited.models.push(entry);
    },
    catalogue ? undefined : initial,
  );
  return {
    entry,
    profile,
    guessedPreprocessing: given ? undefined : description.preprocessing,
    triedLayout: description.triedLayout,
    isNewCatalogue: !catalogue,
  };
}

function entryOf(
  { name, version, accuracyPct, accuracySource, licence }: NewModel,
  bytes: Uint8Array,
  { preprocessing, output, outputName, backgroundClass }: ModelInspection,
): Entry {
  return {
    name,
    version,
    file: `${name}.onnx`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    accuracyPct,
    accuracySource,
    licence,
    preprocessing,
    output,
    ...(outputName !== undefined && { outputName }),
    ...(backgroundClass && { backgroundClass }),
  };
}

function checkEntry(
  entry: Entry,
  catalogue: Pick<CatalogueFile, 'models'>,
  directory: string,
): void {
  if (catalogue.models.some(({ name }) => name === entry.name)) {
    throw new CatalogueError(
      `${directory} has a model "${entry.name}" already: take another --name, or remove it first`,
    );
  }
  parseFile(listedModelSchema, entry, `model "${entry.name}"`);
  const both = { ...catalogue, models: [...catalogue.models, entry] };
  parseFile(catalogueListingSchema, both, join(directory, catalogueFile));
}

/** Times a model as its function would run it, and decides on the function's memory. */
async function time(
  { file, memoryMb }: NewModel,
  draft: Entry,
  catalogue: Pick<CatalogueFile, 'input' | 'labels'>,
): Promise<{ entry: Entry; profile: ModelProfile }> {
  const model = listedModelSchema.parse({ ...draft, ...(memoryMb && { memoryMb }) });
  const threads = threadsFor(model.memoryMb);
  const task = { path: resolve(file), catalogue, model, threads, settings: measureSettings };
  const profile = await profileModel(task);
  const neededMb = Math.max(neededMemoryMb(draft.bytes), Math.ceil(1.25 * profile.memoryMb));
  const ownMb = memoryMb ?? Math.max(leastMemoryMb, neededMb);
  const entry = {
    ...draft,
    ...(ownMb !== leastMemoryMb && { memoryMb: ownMb }),
    reference: referenceOf(profile),
  };
  return { entry, profile };
}

function placeFile(path: string, bytes: Buffer, source: string): void {
  if (resolve(path) === source) return;
  if (existsSync(path) && !readFileSync(path).equals(bytes)) {
    throw new CatalogueError(`${path} is there already, with other content: move it away first`);
  }
  replaceFile(path, bytes);
}
