import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAssembly } from '../../../../lib/local/assembly.ts';
import { FreezeError } from '../../../../lib/local/shared/errors.ts';
import { synthesizeFixture } from '../fixture/app.ts';
import { isRunning, type RunningFixture, runFixture, until } from '../fixture/running.ts';

let dir: string;
beforeAll(() => {
  dir = synthesizeFixture();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Longer than it takes until a frozen environment's connections are gone. */
const longMs = 250;

function isStopped(pid: number): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith(
    'T',
  );
}

describe.skipIf(process.platform === 'win32')('environments that are frozen', () => {
  let fixture: RunningFixture;
  beforeAll(async () => {
    fixture = await runFixture(dir, { freeze: true });
  });
  afterAll(() => fixture.assembly.close());

  it('are stopped between events, and go on with the next', async () => {
    const { pid } = (await fixture.invoke('Behave', {})).payload;
    await until(() => isStopped(pid), 'the freeze');
    const again = await fixture.invoke('Behave', { do: 'sleep', ms: 10 });
    expect(again.payload).toMatchObject({ pid, invocations: 2 });
  });

  it('are stopped only after the work behind a response', async () => {
    await fixture.stream('Stream', { parts: ['x'], workMs: 300, log: 'worked' });
    await until(() => fixture.log.some(({ line }) => line === 'worked'), 'the end of the work');
  });

  it('find their connections to all endpoints reset, and can open new ones', async () => {
    const connect = async () => (await fixture.invoke('Connect', {})).payload;
    const { pid, outcomes } = await connect();
    expect(outcomes).toEqual([[403], [expect.any(Number)], [403]]);
    await until(() => isStopped(pid), 'the freeze');
    await delay(longMs);
    const later = await connect();
    expect(later.pid).toBe(pid);
    expect(later.outcomes).toEqual(
      outcomes.map(([status]: [number]) => [expect.stringMatching(/ECONNRESET|EPIPE/), status]),
    );
  });

  it('are ended at their timeout, even if somebody else has stopped them', async () => {
    const { payload } = await fixture.invoke('Hasty', { do: 'stop' });
    expect(payload.errorType).toBe('Sandbox.Timedout');
  });

  it('do not outlive close', async () => {
    const { assembly, invoke } = await runFixture(dir, { freeze: true });
    const { pid } = (await invoke('Behave', {})).payload;
    await until(() => isStopped(pid), 'the freeze');
    const pids = assembly.functions.flatMap((fn) => fn.pids);
    await assembly.close();
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it('do not outlive a runner that is killed', async () => {
    const runner = spawn(
      process.execPath,
      [join(import.meta.dirname, '..', 'fixture', 'runner.ts'), dir, 'freeze'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pids: number[] = JSON.parse(String((await once(runner.stdout, 'data'))[0]));
    await until(() => pids.some(isStopped), 'a freeze');
    runner.kill('SIGKILL');
    try {
      await until(() => !pids.some(isRunning), 'the end of all environments');
    } finally {
      for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
    }
  });
});

describe('on Windows', () => {
  it('freezing is refused in one line', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    const starting = startAssembly({ assemblyDir: dir, port: 0, freeze: true });
    await expect(starting).rejects.toThrow(FreezeError);
    await expect(starting).rejects.toThrow(/^Windows cannot freeze [^\n]+$/);
  });
});
