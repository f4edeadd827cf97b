import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  cleanUp,
  dataDir,
  descendantsOf,
  isAlive,
  mdi,
  root,
  samplesOf,
  startService,
  startServiceByNpm,
  urlIn,
} from './started.ts';

cleanUp();

/** Whether this system lets a test have a small disk of its own. */
const hasDisk =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', dataDir]).status === 0;

describe('mdi start', () => {
  // Windows has no signals, and other shells.
  it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'ends, and all that it started, when the npm that started it gets %s',
    async (signal) => {
      const npm = await startServiceByNpm();
      const all = descendantsOf(npm.child.pid);
      // A shell, Node, and the environments of functions.
      expect(all.length).toBeGreaterThan(3);
      npm.child.kill(signal);
      await npm.closed;
      await expect.poll(() => all.filter(isAlive)).toEqual([]);
      await expect(fetch(`${urlIn(npm.said.out)}/v1/health`)).rejects.toThrow('fetch failed');
    },
    120_000,
  );

  it('ends at once when it is stopped before it is ready', async () => {
    const { child, said, closed } = mdi('start', '--port', '0', '--data-dir', dataDir);
    await expect.poll(() => said.out, { timeout: 60_000 }).toContain('Synthesizing');
    await expect.poll(() => childrenOf(child.pid).length, { timeout: 60_000 }).toBeGreaterThan(1);
    const children = childrenOf(child.pid);
    child.kill('SIGINT');
    expect(await closed).toBe(130);
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  }, 120_000);

  it.skipIf(!hasDisk)(
    'says in one line that the disk is full, and leaves nothing half-written there',
    () => {
      const start = `'${process.execPath}' bin/mdi.js start --port 0 --data-dir ${dataDir}`;
      const script = `mount -t tmpfs -o size=8m tmpfs ${dataDir} && ${start}; ls ${dataDir}`;
      const { stdout, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
        cwd: root,
        encoding: 'utf8',
      });
      expect(stderr).toMatch(/^mdi: No space left for [^\n]+\n$/);
      expect(stdout).not.toContain('cdk.out');
    },
    120_000,
  );

  it('leaves a service alone that runs from the same data folder', async () => {
    const { child, said, closed } = await startService();
    const second = mdi('start', '--port', '0', '--data-dir', dataDir);
    expect(await second.closed).toBe(1);
    expect(second.said.error).toMatch(/in use by process \d+/);
    expect(second.said.out).not.toContain('Synthesizing');
    expect(await samplesOf(said.out)).not.toEqual({});
    child.kill('SIGINT');
    expect(await closed).toBe(0);
  }, 120_000);
});
