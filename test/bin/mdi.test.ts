import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const mdi = fileURLToPath(new URL('../../bin/mdi.js', import.meta.url));

it('runs from the sources in a clone, without a build', () => {
  const help = execFileSync(process.execPath, [mdi, '--help'], { encoding: 'utf8' });
  expect(help).toMatch(/start[\s\S]*classify[\s\S]*simulate/);
});
