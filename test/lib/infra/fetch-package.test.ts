import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const spec = '@img/sharp-linux-arm64@9.9.9';
const asked: { url: string; authorization: string | undefined }[] = [];
let registry: Server;
let url: string;

/** A registry with one package in it, as a company runs them. */
beforeAll(async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'lib'));
  writeFileSync(join(folder, 'lib/binary.node'), 'code for another processor');
  const manifest = {
    name: '@img/sharp-linux-arm64',
    version: '9.9.9',
    os: ['linux'],
    cpu: ['arm64'],
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  execFileSync('npm', ['pack'], {
    cwd: folder,
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  const tarball = readFileSync(join(folder, 'img-sharp-linux-arm64-9.9.9.tgz'));
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

  registry = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push({ url: request.url ?? '', authorization });
    if (request.url === '/@img%2fsharp-linux-arm64') {
      const dist = { tarball: `${url}/sharp.tgz`, integrity };
      const versions = { '9.9.9': { ...manifest, dist } };
      response.end(JSON.stringify({ name: manifest.name, 'dist-tags': {}, versions }));
    } else if (request.url === '/sharp.tgz') response.end(tarball);
    else response.writeHead(404).end('{}');
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
});
afterAll(() => registry.close());

/** Fetches in a process whose folder is an app's, with an `.npmrc` of its own. */
async function fetchIn(app: string, what: string, npmrc: string): Promise<string> {
  writeFileSync(join(app, 'package.json'), '{}');
  writeFileSync(join(app, '.npmrc'), npmrc);
  const output = join(app, 'a folder');
  mkdirSync(output);
  const module = pathToFileURL(
    join(import.meta.dirname, '../../../lib/infra/fetch-package.ts'),
  ).href;
  const script = `import { fetchPackage } from ${JSON.stringify(module)};
    try { console.log(fetchPackage(${JSON.stringify(what)}, ${JSON.stringify(output)})); }
    catch (error) { console.log(error.name + ': ' + error.message); }`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    // Not the settings that npm hands to the scripts it runs: these tests are one.
    { cwd: app, env: { PATH: process.env.PATH, HOME: app, SystemRoot: process.env.SystemRoot } },
  );
  return stdout.trim();
}

describe('fetchPackage', () => {
  it('takes a package for another processor from the registry of the app’s .npmrc, with its token', async () => {
    const host = new URL(url).host;
    const npmrc = `registry=${url}/\n//${host}/:_authToken=secret\nomit=optional\n`;
    const folder = await fetchIn(temporaryFolder(), spec, npmrc);
    expect(readFileSync(join(folder, 'lib/binary.node'), 'utf8')).toBe(
      'code for another processor',
    );
    expect(new Set(asked.map((request) => request.url))).toEqual(
      new Set(['/@img%2fsharp-linux-arm64', '/sharp.tgz']),
    );
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer secret']),
    );
  });

  it('says on one line what is needed and what npm said', async () => {
    const said = await fetchIn(temporaryFolder(), 'sharp@0.0.1', `registry=${url}/\n`);
    expect(said).toMatch(
      /^LayerError: the layer needs sharp@0\.0\.1, .*: code E404, 404 Not Found.*$/,
    );
    const unreachable = 'registry=http://127.0.0.1:1/\nfetch-retries=0\n';
    expect(await fetchIn(temporaryFolder(), spec, unreachable)).toMatch(
      /^LayerError: the layer needs @img\/sharp-linux-arm64@9\.9\.9, .*ECONNREFUSED.*$/,
    );
  });
});
