import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../../../lib/service/catalogue/lock-file.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

/** The id of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = fork('--version', { execPath: process.execPath, stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('takeLock', () => {
  it('gives the lock to one at a time, and to the next when it is given back', () => {
    const file = join(temporaryFolder(), 'lock');
    const first = takeLock(file);
    expect(readFileSync(file, 'utf8')).toBe(String(process.pid));
    expect(takeLock(file)).toEqual({ owner: process.pid });
    if ('unlock' in first) first.unlock();
    expect(existsSync(file)).toBe(false);
    expect(takeLock(file)).toHaveProperty('unlock');
  });

  it('takes over from a process that has ended, and leaves nothing behind', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'lock');
    writeFileSync(file, String(await endedProcess()));
    expect(takeLock(file)).toHaveProperty('unlock');
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('respects the lock of a process that runs', () => {
    const file = join(temporaryFolder(), 'lock');
    writeFileSync(file, String(process.ppid));
    expect(takeLock(file)).toEqual({ owner: process.ppid });
  });

  it('takes over its own lock of a former life with the same process id', () => {
    const file = join(temporaryFolder(), 'lock');
    writeFileSync(file, String(process.pid));
    expect(takeLock(file)).toHaveProperty('unlock');
  });
});
