import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../../service/catalogue/lock-file.ts';
import { TableError } from '../shared/errors.ts';

/** Holds the process id of the runner that uses the folder. */
const LOCK_FILE = 'runner.pid';

/**
 * Takes a data folder for this process, and makes it if it is not there. (LevelDB locks its files
 * too, but dynalite ends the whole process when it meets that lock.)
 *
 * @returns a function that gives the folder back
 * @throws {TableError} if another process uses it, or it cannot be written.
 */
export function lockDataDir(dataDir: string): () => void {
  const file = join(dataDir, LOCK_FILE);
  try {
    mkdirSync(dataDir, { recursive: true });
    const lock = takeLock(file);
    if ('unlock' in lock) return lock.unlock;
    throw new TableError(
      `Data folder ${dataDir} is in use by process ${lock.owner} (${file}): stop it first`,
    );
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError(`Data folder ${dataDir} cannot be written: ${(error as Error).message}`);
  }
}
