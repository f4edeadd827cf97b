import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const nameServer = '127.0.0.77';
/** onnxruntime's telemetry looks its vendor's servers up within 10 s of the first session. */
const watchMs = 11_000;
/** Whether a process can be given another name server: by root on Linux. */
const canWatchLookups =
  process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

const lookups: string[] = [];
const server = createSocket('udp4');
server.on('message', (message) => lookups.push(message.toString('latin1')));
let canListen = false;

beforeAll(async () => {
  const listening = once(server, 'listening');
  server.bind(53, nameServer);
  canListen = await listening.then(
    () => true,
    () => false,
  );
});
afterAll(() => {
  if (canListen) server.close();
});

/** Loads onnxruntime as the CLI, the functions and the tests do, and runs a model. */
const script = `
  const { openSession } = await import('./lib/service/inference/session.ts');
  const { readFileSync } = await import('node:fs');
  await openSession(readFileSync('models/shapes/nano-24.onnx'), 1);
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.WATCH_MS)));
`;

it('onnxruntime tells its vendor nothing: no file, no device id, no look-up', async () => {
  const home = temporaryFolder();
  const isWatched = canWatchLookups && canListen;
  const node = [process.execPath, '--input-type=module', '--eval', script];
  const resolver = join(home, 'resolv.conf');
  writeFileSync(resolver, `nameserver ${nameServer}\n`);
  const bind = `mount --bind '${resolver}' /etc/resolv.conf && exec "$0" "$@"`;
  const [program = '', ...args] = isWatched
    ? ['unshare', '--mount', 'sh', '-c', bind, ...node]
    : node;
  // Without the variables by which onnxruntime recognizes CI, where it keeps silent anyway.
  const env = { PATH: process.env.PATH, HOME: home, WATCH_MS: String(isWatched ? watchMs : 0) };
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(readdirSync(home)).toEqual(['resolv.conf']);
  expect(existsSync(`/tmp/mat-debug-${child.pid}.log`)).toBe(false);
  expect(lookups).toEqual([]);
}, 60_000);
