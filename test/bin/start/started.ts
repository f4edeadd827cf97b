import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect } from 'vitest';
import { modelsResponseSchema } from '../../../lib/core/contract/schemas.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Where the started services of one file of tests keep what they know. */
export const dataDir = mkdtempSync(join(tmpdir(), 'mdinference-start-'));
const started: ChildProcess[] = [];

/** Ends what a file's tests have started, and removes what it has written. */
export function cleanUp(): void {
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
}

/** What developers have in their environments: meant for AWS, or for the way out. */
const environment = {
  AWS_PROFILE: 'no-such-profile',
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  NODE_USE_ENV_PROXY: '1',
  HTTP_PROXY: 'http://127.0.0.1:9',
};

/** Runs `mdi` and gathers what it prints. */
export function mdi(...args: string[]) {
  return run(process.execPath, 'bin/mdi.js', ...args);
}

function run(command: string, ...args: string[]) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...environment } });
  started.push(child);
  const said = { out: '', error: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.error += chunk;
  });
  return {
    child,
    said,
    closed: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string),
  };
}

/** Starts the service and waits until it says that it is ready. */
export function startService(...args: string[]) {
  return untilReady(mdi('start', ...smallService, ...args));
}

export function startServiceByNpm() {
  return untilReady(run('npm', 'start', '--', ...smallService));
}

const smallService = ['--port', '0', '--data-dir', dataDir, '--profile-seconds', '0.3'];

async function untilReady<Run extends ReturnType<typeof mdi>>(service: Run): Promise<Run> {
  await Promise.race([
    expect
      .poll(() => service.said.out, { timeout: 100_000, interval: 100 })
      .toContain('Ready after'),
    service.closed.then((code) => {
      throw new Error(`ended with ${code}: ${service.said.error}`);
    }),
  ]);
  return service;
}

export function childrenOf(pid: number | undefined): number[] {
  const table = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child as number);
}

export function descendantsOf(pid: number | undefined): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** A zombie has ended: it only waits for the system to take notice. */
export function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

export const urlIn = (out: string) => /^http:\S+$/m.exec(out)?.[0];

/** The samples of each model that a started service knows of. */
export async function samplesOf(out: string): Promise<Record<string, number>> {
  const response = await fetch(`${urlIn(out)}/v1/models`);
  const { models } = modelsResponseSchema.parse(await response.json());
  return Object.fromEntries(models.map(({ name, profile }) => [name, profile.samples]));
}
