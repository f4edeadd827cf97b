import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ModelShapeError } from '../../../core/preprocessing/errors.ts';
import type { OutputKind } from '../../../core/preprocessing/predictions.ts';
import type { Preprocessing } from '../../../core/preprocessing/preprocessing.ts';
import { neededMemoryMb } from '../../../service/catalogue/limits.ts';
import {
  CatalogueError,
  catalogueFile,
  fingerprintOf,
  listCatalogue,
  parseFile,
} from '../../../service/catalogue/load.ts';
import {
  type CatalogueFile,
  catalogueListingSchema,
  listedModelSchema,
} from '../../../service/catalogue/schema.ts';
import { mbPerVcpu, threadsFor } from '../../../service/inference/threads.ts';
import { type ModelProfile, profileModel, referenceOf } from '../latency/profile.ts';
import { editCatalogue } from './edit-catalogue.ts';
import { catalogueNameOf, readLabels, readPreprocessing } from './given-files.ts';
import type { DescribedPreprocessing } from './hugging-face.ts';
import { inspectModel, type ModelInspection } from './inspect.ts';
import { inNewFolder } from './new-folder.ts';
import { type WrittenFile, writeWholeFile } from './whole-file.ts';

/** A model to be added to a catalogue. */
export interface NewModel {
  /** The .onnx file; weights may lie in others beside it. */
  readonly file: string;
  /** The catalogue's folder, created when it does not exist. */
  readonly directory: string;
  readonly name: string;
  /** Top-1 in percent. */
  readonly accuracyPct: number;
  /** File of the labels, in the order of the model's outputs; required for a new catalogue. */
  readonly labels?: string | undefined;
  /** JSON file of preprocessing fields, or of the library that the model comes from. */
  readonly preprocessing?: string | undefined;
  /** What the model outputs: needed when its answers do not show it. */
  readonly scores?: OutputKind;
  /** Which of its outputs holds the scores; needed when it has several. */
  readonly output?: string;
  /** Where the score of a class lies that is no label. */
  readonly backgroundClass?: 'first' | 'last';
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
  /** In what its preprocessing differs from the files that describe it, in words. */
  readonly differences: readonly string[];
  /** The other files that have been taken into its own. */
  readonly folded: readonly string[];
  /** Its layout, where only running it has shown it. */
  readonly triedLayout: Preprocessing['layout'] | undefined;
  readonly isNewCatalogue: boolean;
}

type Entry = CatalogueFile['models'][number];

const leastMemoryMb = mbPerVcpu;
const measureSettings = { maxRuns: 1000, leastRuns: 10, maxMs: 500, precision: 0.01 };

/**
 * Adds a model to a catalogue: copies it into one file, loads that and times it, puts it into place and writes its
 * entry. What is checked is what is deployed. Nothing is left behind unless all of it succeeds.
 *
 * @throws {@link CatalogueError} when a file cannot be read, or the entry does not fit the catalogue
 * @throws {@link OnnxFileError} when the model is no ONNX file, or parts of it are missing or wrong
 * @throws {@link ModelShapeError} when the model is not a classifier of the catalogue's labels and input
 * @throws {@link ProfileModelError} when it cannot be timed
 */
export async function addModel(model: NewModel): Promise<AddedModel> {
  const { directory, file } = model;
  const catalogue = existsSync(join(directory, catalogueFile))
    ? listCatalogue(directory)
    : undefined;
  const labels = readLabels(model.labels, directory, catalogue?.labels);
  const given = readPreprocessing(model.preprocessing);
  return inNewFolder(directory, async (folder) => {
    const path = join(folder, 'model.onnx');
    const written = writeWholeFile(file, path);
    const description = await inspectModel(path, {
      labels,
      preprocessing: given?.fields,
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
    const draft = entryOf(model, written, description, given);
    checkEntry(draft, catalogue ?? initial, directory);

    const { entry, profile } = await time(path, model, draft, { ...initial, ...catalogue });
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
        placeFile(path, join(directory, `${model.name}.onnx`), written);
        edited.models.push(entry);
      },
      catalogue ? undefined : initial,
    );
    return {
      entry,
      profile,
      guessedPreprocessing: given ? undefined : description.preprocessing,
      triedLayout: description.triedLayout,
      differences: given?.differences ?? [],
      folded: written.folded,
      isNewCatalogue: !catalogue,
    };
  });
}

function entryOf(
  { name, version, accuracyPct, accuracySource, licence }: NewModel,
  { bytes, sha256 }: WrittenFile,
  { preprocessing, output, outputName, backgroundClass }: ModelInspection,
  given: DescribedPreprocessing | undefined,
): Entry {
  return {
    name,
    version,
    file: `${name}.onnx`,
    sha256,
    bytes,
    accuracyPct,
    accuracySource,
    licence,
    preprocessing,
    output,
    ...(outputName !== undefined && { outputName }),
    ...(backgroundClass && { backgroundClass }),
    ...(given && given.differences.length > 0 && { unverified: given.differences.join('; ') }),
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
  path: string,
  { memoryMb }: NewModel,
  draft: Entry,
  catalogue: Pick<CatalogueFile, 'input' | 'labels'>,
): Promise<{ entry: Entry; profile: ModelProfile }> {
  const model = listedModelSchema.parse({ ...draft, ...(memoryMb && { memoryMb }) });
  const threads = threadsFor(model.memoryMb);
  const task = { path, catalogue, model, threads, settings: measureSettings };
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

function placeFile(from: string, to: string, { sha256 }: WrittenFile): void {
  if (!existsSync(to)) renameSync(from, to);
  else if (fingerprintOf(to).hash !== sha256) {
    throw new CatalogueError(`${to} is there already, with other content: move it away first`);
  }
}
