import { afterEach, expect, it, vi } from 'vitest';
import { synthesize } from '../../../bin/shared/synthesize.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['a wrong setting', { auth: 'everybody' }, {}, /^context auth: .*"iam"/],
  [
    'an error that nobody foresaw, such as a full disk',
    {},
    { TMPDIR: '/nowhere', TEMP: '/nowhere' },
    /^ENOENT: no such file or directory, mkdtemp/,
  ],
  [
    'one of Node itself, printed below a place in its sources',
    {},
    { NODE_OPTIONS: '--require=/nowhere.cjs' },
    /^Cannot find module '\/nowhere\.cjs'/,
  ],
])('tells %s by its message', async (_, context, environment, message) => {
  const output = temporaryFolder();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const failure = await synthesize({ output, context }).catch((error: Error) => error.message);
  expect(failure).toMatch(message);
  expect(failure).not.toContain('\n');
});
