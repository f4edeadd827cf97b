import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthesizedWithAssets } from './synthesized.ts';

describe.skipIf(process.platform === 'win32')('what is packed for Lambda', () => {
  it('may be read by everybody, whatever the umask of who has packed it', () => {
    const umask = process.umask(0o077);
    try {
      const { outdir } = synthesizedWithAssets({ models: { 'nano-24': { storage: 's3' } } });
      const paths = globSync('asset.*/**', { cwd: outdir });
      expect(paths.length).toBeGreaterThan(20);
      const kept = paths.filter((path) => {
        const { mode } = statSync(join(outdir, path));
        return (mode & 0o444) !== 0o444;
      });
      expect(kept).toEqual([]);
    } finally {
      process.umask(umask);
    }
  });
});
