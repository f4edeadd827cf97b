import { chmodSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockDataDir, makePrivate } from '../../../../lib/local/dynamodb/data-dir.ts';
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

describe('a lock that nobody holds', () => {
  it.each([
    ['is a file', (lock: string) => writeFileSync(lock, 'garbage')],
    [
      'is an old file',
      (lock: string) => {
        writeFileSync(lock, 'garbage');
        utimesSync(lock, new Date(0), new Date(0));
      },
    ],
    [
      'is from the future',
      (lock: string) => {
        mkdirSync(lock);
        const tomorrow = new Date(Date.now() + 86_400_000);
        utimesSync(lock, tomorrow, tomorrow);
      },
    ],
    [
      'is not empty',
      (lock: string) => {
        mkdirSync(join(lock, 'garbage'), { recursive: true });
        utimesSync(lock, new Date(0), new Date(0));
      },
    ],
  ])(
    'and %s does not keep anybody out',
    async (_, spoil) => {
      const dataDir = temporaryFolder();
      spoil(join(dataDir, 'runner.lock'));
      await (await lockDataDir(dataDir))();
    },
    20_000,
  );
});

describe.skipIf(process.platform === 'win32')('the folder', () => {
  it('is its owner’s alone, and is made so again with all that is in it', async () => {
    const modeOf = (path: string) => statSync(path).mode & 0o777;
    const dataDir = join(temporaryFolder(), 'data');
    await (await lockDataDir(dataDir))();
    expect(modeOf(dataDir)).toBe(0o700);
    mkdirSync(join(dataDir, 'deep'));
    writeFileSync(join(dataDir, 'deep', 'file'), '');
    writeFileSync(join(dataDir, '..', 'elsewhere'), '', { mode: 0o644 });
    symlinkSync(join(dataDir, '..', 'elsewhere'), join(dataDir, 'deep', 'link'));
    chmodSync(dataDir, 0o755);
    makePrivate(dataDir);
    expect(modeOf(dataDir)).toBe(0o700);
    expect(modeOf(join(dataDir, 'deep'))).toBe(0o700);
    expect(modeOf(join(dataDir, 'deep', 'file'))).toBe(0o600);
    expect(modeOf(join(dataDir, '..', 'elsewhere'))).toBe(0o644);
  });
});
