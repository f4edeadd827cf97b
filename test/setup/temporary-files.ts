import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All temporary files of a run, its processes' too, go into one folder, which is gone afterwards. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-'));
  process.env.TMPDIR = folder;
  process.env.TEMP = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
