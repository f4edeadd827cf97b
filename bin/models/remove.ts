import { removeModel } from '../../lib/evaluation/models/edit/remove.ts';
import { shortPath } from '../shared/short-path.ts';

/** `mdi models remove`: takes a model out of a catalogue. */
export async function remove(
  directory: string,
  name: string,
  { keepFile }: { keepFile?: true },
): Promise<void> {
  await removeModel(directory, name, { keepFile });
  console.log(`Removed ${name} from ${shortPath(directory)}.`);
}
