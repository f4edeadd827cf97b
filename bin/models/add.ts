import { addModel, type NewModel } from '../../lib/evaluation/models/edit/add.ts';
import { sizeNote } from '../../lib/service/catalogue/limits.ts';
import { listCatalogue } from '../../lib/service/catalogue/load.ts';
import { shortPath } from '../shared/output.ts';
import { note, noteDominated, ratedByCatalogue } from './choose.ts';

/** Options of `mdi models add`. */
export interface AddOptions
  extends Pick<
    NewModel,
    | 'name'
    | 'labels'
    | 'preprocessing'
    | 'licence'
    | 'memoryMb'
    | 'output'
    | 'scores'
    | 'backgroundClass'
  > {
  readonly catalogue: string;
  readonly accuracy: number;
  readonly accuracySource: string;
  readonly modelVersion: string;
  readonly json?: true;
}

/** `mdi models add`: adds a model to a catalogue. */
export async function add(file: string, options: AddOptions): Promise<void> {
  const { catalogue: directory, accuracy, modelVersion, json, ...model } = options;
  const added = await addModel({
    ...model,
    file,
    directory,
    accuracyPct: accuracy,
    version: modelVersion,
  });
  const { entry, profile, guessedPreprocessing, triedLayout, isNewCatalogue } = added;
  const place = shortPath(directory);
  if (json) console.log(JSON.stringify(entry, null, 2));
  else {
    const memory = `${profile.memoryMb.toFixed(0)} MB of memory`;
    console.log(
      `Added ${entry.name} to ${place}${isNewCatalogue ? ', a new catalogue' : ''}: top-1 ${accuracy} %, ${profile.meanMs.toPrecision(3)} ms, ${memory}, ${entry.output}.`,
    );
  }
  if (guessedPreprocessing?.dtype === 'float32') {
    note('no --preprocessing was given: the model gets unchanged pixels, 0 to 255, in RGB order.');
  }
  if (triedLayout) {
    note(
      `its file does not say how its input is laid out: ${triedLayout}, since it runs on no other.`,
    );
  }
  const size = sizeNote(entry);
  if (size) note(`${size}.`);
  noteDominated(ratedByCatalogue(listCatalogue(directory)));
  if (!json) {
    console.log(
      `Check it with labelled images: npx mdi models evaluate --catalogue ${place} --images FOLDER`,
    );
  }
}
