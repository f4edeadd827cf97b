import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivate } from '../../lib/local/dynamodb/data-dir.ts';
import { synthesize } from '../shared/synthesize.ts';

/** What the service keeps in its data folder. */
const ownEntries = /^(cdk\.out(\.new)?|dynamodb|functions\.log(\.\d+)?|runner\.(lock|pid))$/;

/**
 * Keeps other users of the machine out of what the service has in its data folder, now and from now on: this changes
 * the umask of the process. A folder in which the user keeps other things, too, stays as open as it is.
 */
export function closeDataFolder(dataDir: string): void {
  process.umask(0o077);
  const entries = readdirSync(dataDir);
  for (const name of entries.filter((entry) => ownEntries.test(entry))) {
    makePrivate(join(dataDir, name));
  }
  if (entries.every((entry) => ownEntries.test(entry))) chmodSync(dataDir, 0o700);
}

/**
 * Synthesizes the app aside, and puts the assembly in its place when it is whole: of one that was cut off nothing is
 * ever used, nor of what has become of an earlier one on the disk.
 *
 * @returns the folder of the assembly
 * @throws Error when the app fails, with what it wrote to standard error
 */
export async function synthesizeAside(
  dataDir: string,
  context: Record<string, string>,
): Promise<string> {
  const assemblyDir = join(dataDir, 'cdk.out');
  const aside = `${assemblyDir}.new`;
  const clear = () => rmSync(aside, { recursive: true, force: true });
  clear();
  try {
    await synthesize({ output: aside, context });
    // Files come with the modes that they have where they are copied from.
    makePrivate(aside);
    rmSync(assemblyDir, { recursive: true, force: true });
    renameSync(aside, assemblyDir);
  } finally {
    clear();
  }
  return assemblyDir;
}

const noSpace = /\b(ENOSPC|EDQUOT|EFBIG)\b|no space left|file too large|quota exceeded/i;

/** An error in words that help, if it came of a full disk; else the error itself. */
export function explainFullDisk(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || !noSpace.test(error.message)) return error;
  return new Error(
    `No space left for ${dataDir}: free some, or name another folder with --data-dir (${error.message})`,
  );
}
