import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TableError } from './errors.ts';

/** Holds the process id of the runner that uses the folder. */
const LOCK_FILE = 'runner.pid';

/** Lock files of this process. */
const held = new Set<string>();

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
    const owner = ownerOf(file);
    if (owner !== undefined && isHolding(owner, file)) {
      throw new TableError(
        `Data folder ${dataDir} is in use by process ${owner} (${file}): stop it first`,
      );
    }
    writeFileSync(file, String(process.pid));
    held.add(file);
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError(`Data folder ${dataDir} cannot be written: ${(error as Error).message}`);
  }
  return () => {
    held.delete(file);
    rmSync(file, { force: true });
  };
}

function ownerOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** In a container a process often has the id of the one before it, which left its lock behind. */
function isHolding(owner: number, file: string): boolean {
  return owner === process.pid ? held.has(file) : isRunning(owner);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is a process.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
