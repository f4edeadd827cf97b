import { constants, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RemoteFile } from './download.ts';
import { sha256Of } from './sha256.ts';

/**
 * Looks for a file in a folder and the folders in it, by what it holds: whoever downloads by hand may get another
 * name.
 *
 * @returns its path; undefined when it is not there
 */
export async function findFile(
  folder: string,
  { bytes, sha256 }: Pick<RemoteFile, 'bytes' | 'sha256'>,
): Promise<string | undefined> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size !== bytes) continue;
    if ((await sha256Of(path)) === sha256) return path;
  }
  return undefined;
}

/**
 * Copies a file, and gives the copy its name only when it is right.
 *
 * @returns whether it was right
 */
export async function copyChecked(from: string, to: string, sha256: string): Promise<boolean> {
  const copy = `${to}.copy`;
  try {
    await copyFile(from, copy, constants.COPYFILE_FICLONE);
    if ((await sha256Of(copy)) !== sha256) return false;
    renameSync(copy, to);
    return true;
  } finally {
    rmSync(copy, { force: true });
  }
}
