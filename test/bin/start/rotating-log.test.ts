import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { RotatingLog } from '../../../bin/start/rotating-log.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

it('goes on where it was left', () => {
  const path = join(temporaryFolder(), 'log');
  for (const line of ['first', 'second']) {
    const log = new RotatingLog(path, () => {});
    log.write(line);
    log.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
});

it('takes no more than its files, and keeps the last lines', () => {
  const folder = temporaryFolder();
  const log = new RotatingLog(join(folder, 'log'), () => {}, { maxBytes: 20, keptFiles: 2 });
  for (let i = 10; i < 30; i++) log.write(`line ${i}`);
  log.close();
  expect(readdirSync(folder).sort()).toEqual(['log', 'log.1', 'log.2']);
  const lines = ['log.2', 'log.1', 'log'].map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(lines).toEqual(['line 24\nline 25\n', 'line 26\nline 27\n', 'line 28\nline 29\n']);
});

it('is read by its owner alone', () => {
  const path = join(temporaryFolder(), 'log');
  const log = new RotatingLog(path, () => {});
  log.write('line');
  log.close();
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('survives a file that cannot be written, says so once, and goes on when it can', () => {
  const path = join(temporaryFolder(), 'folder', 'log');
  const trouble: string[] = [];
  const log = new RotatingLog(path, (line) => trouble.push(line));
  log.write('lost');
  log.write('lost');
  expect(trouble).toEqual([expect.stringMatching(/^What functions log is lost: ENOENT[^\n]*$/)]);
  mkdirSync(dirname(path));
  log.write('kept');
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('kept\n');
});

it.skipIf(process.platform !== 'linux')('survives a full disk', () => {
  const trouble: string[] = [];
  const log = new RotatingLog('/dev/full', (line) => trouble.push(line));
  log.write('lost');
  log.close();
  expect(trouble).toEqual([expect.stringContaining('ENOSPC')]);
});
