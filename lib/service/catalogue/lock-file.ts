import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Lock files of this process. */
const held = new Set<string>();

/** A lock that this process holds, or the process that holds it. */
export type Lock = { readonly unlock: () => void } | { readonly owner: number };

/**
 * Takes a lock: a file that holds the id of the process that has it. One whose process has ended
 * counts for nothing.
 *
 * @throws the file system's error when the file cannot be written
 */
export function takeLock(file: string): Lock {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    for (;;) {
      // A link appears at once with its content, and only where nothing is.
      if (link(mine, file)) {
        held.add(file);
        return { unlock: () => unlock(file) };
      }
      const owner = ownerOf(file);
      if (owner === undefined) continue;
      if (isHolding(owner, file)) return { owner };
      removeLock(file, owner);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function unlock(file: string): void {
  held.delete(file);
  rmSync(file, { force: true });
}

/** Removes a lock that was left behind, unless another process has taken its place meanwhile. */
function removeLock(file: string, deadOwner: number): void {
  const aside = `${file}.${process.pid}.old`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (ownerOf(aside) !== deadOwner) link(aside, file);
  rmSync(aside, { force: true });
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
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
