import { constants, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintOf } from '../../../service/catalogue/load.ts';
import type { RemoteFile } from './download.ts';

/**
 * Looks for a file in a folder and the folders in it, by what it holds: whoever downloads by hand may get another
 * name.
 *
 * @returns its path; undefined when it is not there
 */
export function findFile(
  folder: string,
  { bytes, sha256 }: Pick<RemoteFile, 'bytes' | 'sha256'>,
): string | undefined {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size !== bytes) continue;
    if (fingerprintOf(path).hash === sha256) return path;
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
    if (fingerprintOf(copy).hash !== sha256) return false;
    renameSync(copy, to);
    return true;
  } finally {
    rmSync(copy, { force: true });
  }
}
