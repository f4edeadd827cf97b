import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockDataDir } from '../../../../lib/local/dynamodb/data-dir.ts';
import { TableError } from '../../../../lib/local/shared/errors.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

it('makes the folder, and locks it until it is unlocked', async () => {
  const dataDir = join(temporaryFolder(), 'new', 'data');
  const unlock = await lockDataDir(dataDir);
  const second = lockDataDir(dataDir);
  await expect(second).rejects.toThrow(TableError);
  await expect(second).rejects.toThrow(`is in use by process ${process.pid} (`);
  await unlock();
  await (await lockDataDir(dataDir))();
});

it('takes over from a runner that was killed, even if its process is still in the table', async () => {
  const dataDir = temporaryFolder();
  const lock = join(dataDir, 'runner.lock');
  mkdirSync(lock);
  // A zombie keeps its process id: only the missing heartbeat tells that nobody is there.
  writeFileSync(join(dataDir, 'runner.pid'), String(process.ppid));
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  await (await lockDataDir(dataDir))();
});

it('names a folder that cannot be written', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(lockDataDir(join(file, 'data'))).rejects.toThrow(/file\/data cannot be written: /);
});
