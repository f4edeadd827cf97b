import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inferResponseSchema } from '../../lib/core/contract/schemas.ts';
import { runMdi } from './run-mdi.ts';
import {
  childrenOf,
  cleanUp,
  dataDir,
  isAlive,
  mdi,
  root,
  samplesOf,
  startService,
  urlIn,
} from './start/started.ts';

cleanUp();

const disc = readFileSync(join(root, 'models/shapes/samples/disc.jpg'));

function modelFilesIn(folder: string): string[] {
  const files = globSync('**/*.onnx', { cwd: folder }).map((file) => join(folder, file));
  expect(files).not.toEqual([]);
  return files;
}

let samplesAtFirst: Record<string, number> = {};

describe('mdi start', () => {
  it('prints profiles, the URL and a curl line that works as printed, and leaves nothing behind', async () => {
    const { child, said, closed } = await startService();
    expect(said.out).toContain('top-1 %');
    const curl = /^curl [\s\S]*?\/v1\/infer$/m.exec(said.out)?.[0] ?? '';
    const answer = execFileSync('bash', ['-c', curl], { cwd: root, encoding: 'utf8' });
    expect(inferResponseSchema.parse(JSON.parse(answer)).predictions).toHaveLength(5);
    samplesAtFirst = await samplesOf(said.out);

    expect(said.out).toContain('playground');
    const page = await fetch(`${urlIn(said.out)}/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");

    const children = childrenOf(child.pid);
    expect(children.length).toBeGreaterThan(0);
    child.kill('SIGINT');
    expect(await closed).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
  }, 120_000);

  it('keeps profiles over a restart, and selects by another strategy when told to', async () => {
    // What a full disk leaves of an assembly: files that are cut off. The profiles are there: no model has to run.
    for (const file of modelFilesIn(join(dataDir, 'cdk.out'))) truncateSync(file, 100);
    const { child, said, closed } = await startService('--strategy', 'static-latency', '--verbose');
    // The first run measured; this one found its baselines. The curl line's own sample is written after
    // its answer, perhaps after it was asked for.
    const samples = await samplesOf(said.out);
    expect(Object.keys(samples)).toEqual(Object.keys(samplesAtFirst));
    for (const [model, count] of Object.entries(samples)) {
      expect([0, 1], model).toContain(count - (samplesAtFirst[model] ?? 0));
    }
    const response = await fetch(`${urlIn(said.out)}/v1/models`);
    expect(await response.json()).toMatchObject({ strategy: 'static-latency' });
    const answer = await fetch(`${urlIn(said.out)}/v1/infer`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: new Uint8Array(disc),
    });
    expect(answer.status).toBe(200);
    child.kill('SIGTERM');
    expect(await closed).toBe(0);
  }, 120_000);

  it('lets the pages of other origins call it that it was told, with all that a client reads', async () => {
    const origins = 'http://localhost:5173,http://127.0.0.1:3000';
    const { child, said, closed } = await startService('--cors-origins', origins);
    const url = `${urlIn(said.out)}/v1/infer`;
    const preflight = (origin: string) =>
      fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,mdi-sla-ms,mdi-upload-start',
        },
      });
    const { status, headers } = await preflight('http://localhost:5173');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    const allowed = headers.get('access-control-allow-headers')?.split(',');
    for (const header of ['content-type', 'mdi-sla-ms', 'mdi-upload-start', 'authorization']) {
      expect(allowed).toContain(header);
    }
    const stranger = await preflight('http://evil.example');
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();

    const answer = await fetch(url, {
      method: 'POST',
      headers: { origin: 'http://127.0.0.1:3000', 'content-type': 'image/jpeg' },
      body: new Uint8Array(disc),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:3000');
    const exposed = answer.headers.get('access-control-expose-headers')?.split(',');
    expect(exposed).toEqual(expect.arrayContaining(['date', 'retry-after', 'server-timing']));
    child.kill('SIGHUP');
    expect(await closed).toBe(0);
  }, 120_000);

  it.skipIf(process.platform === 'win32')(
    'lets no other user of the machine read what it keeps',
    () => {
      const open = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter(
        (entry) => (statSync(join(dataDir, entry)).mode & 0o077) !== 0,
      );
      expect(open).toEqual([]);
      expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    },
  );

  it('keeps what the functions have logged, over starts', () => {
    // Only the first start has measured models.
    expect(readFileSync(join(dataDir, 'functions.log'), 'utf8')).toContain('profile-done');
  });

  it('refuses a port that browsers refuse, before it does anything', async () => {
    const { said, closed } = mdi('start', '--port', '6000', '--data-dir', dataDir);
    expect(await closed).toBe(1);
    expect(said).toEqual({
      out: '',
      error: expect.stringMatching(/^mdi: Port 6000 .*browsers.*\n$/),
    });
  });

  it('says in one line that the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { said, closed } = mdi('start', '--port', String(port), '--data-dir', dataDir);
    expect(await closed).toBe(1);
    expect(said.error.trim().split('\n')).toHaveLength(1);
    expect(said.error).toContain(String(port));
    server.close();
  }, 60_000);
});

describe('wrong use', () => {
  it.each([
    [['start', '--port', 'http'], 2, /--port/],
    [['start', '--strategy', 'best'], 2, /three-stage/],
    [
      ['start', '--cors-origins', 'localhost:5173'],
      2,
      /"localhost:5173" is not an origin: such as/,
    ],
    [['start', '--catalogue', './nowhere'], 1, /nowhere.*no such file/],
    [['fly'], 2, /unknown command/],
    [['classify', 'no-such.jpg'], 1, /no-such\.jpg: no such file/],
    [['classify', 'docs/architecture.svg'], 1, /architecture\.svg: it is an SVG; a JPEG, PNG or/],
    [['classify', 'package.json', '--sla', '0'], 2, /--sla/],
    [['classify', 'package.json', '--url', 'http://127.0.0.1:1'], 1, /is the service running/],
  ])('mdi %j ends with %i', async (args, code, message) => {
    const run = await runMdi(...args);
    expect(run.code).toBe(code);
    expect(run.error).toMatch(message);
    expect(run.error).not.toMatch(/\n\s+at /);
  });
});
