import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CatalogueError } from '../../../service/catalogue/load.ts';
import { editCatalogue } from './edit-catalogue.ts';

/**
 * Removes a model from a catalogue and deletes its file, unless another model uses the same file.
 *
 * @param options.keepFile - leaves the file where it is
 * @returns the path of the model's file
 * @throws {@link CatalogueError} when there is no such model, or the catalogue needs it
 */
export async function removeModel(
  directory: string,
  name: string,
  { keepFile = false }: { keepFile?: boolean | undefined } = {},
): Promise<string> {
  const { file, isShared } = await editCatalogue(directory, (catalogue) => {
    const { models, onDevice } = catalogue;
    const entry = models.find((model) => model.name === name);
    if (!entry) {
      const names = models.map((model) => model.name).join(', ');
      throw new CatalogueError(`${directory} has no model "${name}": ${names}`);
    }
    if (models.length === 1) {
      throw new CatalogueError(
        `${directory}: "${name}" is the only model; to give the catalogue up, delete the folder`,
      );
    }
    if (onDevice === name) {
      throw new CatalogueError(
        `${directory}: clients run "${name}" on the device (field onDevice); name another one there first`,
      );
    }
    catalogue.models = models.filter((model) => model !== entry);
    if (catalogue.ladder) catalogue.ladder = catalogue.ladder.filter((step) => step !== name);
    const fileOf = (model: typeof entry) => model.file ?? `${model.name}.onnx`;
    return {
      file: join(directory, fileOf(entry)),
      isShared: catalogue.models.some((model) => fileOf(model) === fileOf(entry)),
    };
  });
  // The entry first: a catalogue must not list a file that is gone.
  if (!keepFile && !isShared) rmSync(file, { force: true });
  return file;
}
