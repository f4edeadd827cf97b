import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const mdi = fileURLToPath(new URL('../../bin/mdi.js', import.meta.url));

it('runs from the sources in a clone, without a build', () => {
  const help = execFileSync(process.execPath, [mdi, '--help'], { encoding: 'utf8' });
  expect(help).toMatch(/start[\s\S]*classify[\s\S]*simulate/);
});

it('ends with the exit code of the command, whose error is one line', () => {
  const args = [mdi, 'models', 'list', './nowhere'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^mdi: [^\n]*nowhere[^\n]*\n$/);
  expect(spawnSync(process.execPath, [mdi, 'fly']).status).toBe(2);
});
