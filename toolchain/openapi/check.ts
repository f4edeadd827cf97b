#!/usr/bin/env node
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SwaggerParser from '@apidevtools/swagger-parser';
import openapiTypeScript, { astToString } from 'openapi-typescript';
import sharp from 'sharp';
import ts from 'typescript';
import { startService } from '../../scripts/started-service.ts';

/*
 * Whether programs that are not ours can read the document that the service serves and call what it describes:
 * two validators, the types that openapi-typescript makes of it with a call that they check, the clients of Triton and
 * KServe, unchanged, and schemathesis, which makes up requests by the document and holds the answers to it.
 */

const here = fileURLToPath(new URL('.', import.meta.url));
const sample = fileURLToPath(new URL('../../models/shapes/samples/gear.jpg', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mdinference-openapi-'));
try {
  await using service = await startService('--profile-seconds', '0.3');
  const path = join(folder, 'openapi.json');
  const answer = await fetch(`${service.url}/openapi.json`);
  writeFileSync(path, await answer.text());

  await step('Redocly', () => lintDocument(path));
  await step('swagger-parser', async () => {
    await SwaggerParser.validate(path);
    return undefined;
  });
  await step('openapi-typescript', () => callWithTypes(path, service.url));
  const python = installPython();
  const withPython = (name: string, run: (bin: string) => ReturnType<Parameters<typeof step>[1]>) =>
    step(name, () => ('bin' in python ? run(python.bin) : python.skipped));
  await withPython('tritonclient', (bin) => callBy(bin, 'tritonclient_check.py', service.url));
  await withPython('kserve', (bin) => callBy(bin, 'kserve_check.py', service.url));
  await withPython('schemathesis', (bin) => makeUpRequests(bin, path, service.url));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function step(name: string, run: () => string | undefined | Promise<string | undefined>) {
  const startMs = performance.now();
  const note = await run();
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${name}: ${note ?? 'no complaints'} (${seconds} s)`);
}

function lintDocument(path: string): undefined {
  execFileSync('npx', ['redocly', 'lint', '--extends', 'recommended', path], {
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Makes types of the document, checks a program against them and runs it. */
async function callWithTypes(path: string, url: string): Promise<string> {
  const blob = ts.factory.createTypeReferenceNode('Blob');
  const types = await openapiTypeScript(new URL(`file://${path}`), {
    // A string is what OpenAPI says of binary data, and no client's type of it.
    transform: ({ format }) => (format === 'binary' ? blob : undefined),
  });
  writeFileSync(join(here, 'call/api.d.ts'), astToString(types));
  execFileSync('npx', ['tsc', '-p', join(here, 'call')], { stdio: 'inherit' });
  const call = [join(here, 'call/call.ts'), url, sample, 'gear'];
  return execFileSync(process.execPath, call, { encoding: 'utf8' }).trim();
}

/** A folder of programs in Python, or why there is none. */
function installPython(): { readonly bin: string } | { readonly skipped: string } {
  if (spawnSync('python3', ['-c', 'import venv, ensurepip']).status !== 0) {
    return { skipped: 'skipped, for there is no Python 3 with venv here' };
  }
  const environment = join(folder, 'venv');
  const bin = join(environment, 'bin');
  const quietly = { stdio: 'inherit' } as const;
  execFileSync('python3', ['-m', 'venv', environment]);
  const needs = (name: string) => ['--quiet', '--requirement', join(here, name)];
  execFileSync(join(bin, 'pip'), ['install', ...needs('installer.txt')], quietly);
  // What pip takes a minute for.
  execFileSync(
    join(bin, 'uv'),
    ['pip', 'install', '--python', join(bin, 'python'), ...needs('requirements.txt')],
    quietly,
  );
  return { bin };
}

/** Runs a program of {@link here} that calls the service by somebody's client. */
function callBy(bin: string, program: string, url: string): string {
  return execFileSync(join(bin, 'python'), [join(here, program), url, sample, 'gear'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

async function makeUpRequests(bin: string, path: string, url: string): Promise<undefined> {
  const { status } = spawnSync(
    join(bin, 'schemathesis'),
    [...['--config-file', join(here, 'schemathesis.toml')], ...['run', path, '--url', url]],
    {
      cwd: folder,
      stdio: 'inherit',
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: join(here, 'hooks.py'),
        MDI_BODIES: await bodies(),
      },
    },
  );
  if (status !== 0) throw new Error('schemathesis has found what the document does not say');
}

/** A folder with what the service takes: a picture in each format, and a raw tensor. */
async function bodies(): Promise<string> {
  const into = join(folder, 'bodies');
  mkdirSync(into);
  const image = sharp(readFileSync(sample));
  await image.clone().jpeg().toFile(join(into, 'image.jpg'));
  await image.clone().png().toFile(join(into, 'image.png'));
  await image.clone().webp().toFile(join(into, 'image.webp'));
  const { data } = await image.clone().resize(192, 192).raw().toBuffer({ resolveWithObject: true });
  writeFileSync(join(into, 'tensor'), data);
  return into;
}
