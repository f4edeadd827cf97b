import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DownloadError, download } from '../../../../../lib/evaluation/models/fetch/download.ts';
import { createDownloader } from '../../../../../lib/evaluation/models/fetch/downloader.ts';
import {
  breakAfter,
  FileServer,
  hangUp,
  ignoreRange,
  serve,
  stallAfter,
  status,
} from '../../../../fixtures/file-server.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const content = randomBytes(300_000);
const other = randomBytes(300_000);
const bytes = content.length;
const sha256 = createHash('sha256').update(content).digest('hex');
const nobody = 'http://127.0.0.1:1/file';

let server: FileServer;
let dispatcher: ReturnType<typeof createDownloader>;
let path: string;
beforeEach(async () => {
  server = await FileServer.start();
  dispatcher = createDownloader({ stallMs: 300, retries: 2, firstPauseMs: 5 });
  path = join(temporaryFolder(), 'model.onnx');
});
afterEach(async () => {
  await dispatcher.destroy();
  server.stop();
});

const get = (...urls: string[]) => download({ urls, bytes, sha256 }, path, { dispatcher });
const part = (content: Uint8Array) => writeFileSync(`${path}.part`, content);
const ranges = () => server.requests.map(({ headers }) => headers.range);

/** The right file, under its name, and nothing else. */
function expectWhole(): void {
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(readdirSync(dirname(path))).toEqual(['model.onnx']);
}

async function expectFailure(promise: Promise<string>, message: RegExp): Promise<void> {
  await expect(promise).rejects.toBeInstanceOf(DownloadError);
  await expect(promise).rejects.toThrow(message);
  await expect(promise).rejects.toThrow(/^[^\n]+$/);
  expect(existsSync(path)).toBe(false);
}

describe('download', () => {
  it('gets a file and says how far it is', async () => {
    const seen: number[] = [];
    const url = server.on('/file', serve(content));
    const onProgress = (done: number) => seen.push(done);
    await download({ urls: [url], bytes, sha256 }, path, { dispatcher, onProgress });
    expectWhole();
    expect(seen.at(-1)).toBe(bytes);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('follows redirects to another place', async () => {
    const target = server.on('/target', serve(content));
    const second = server.on('/second', status(302, { location: target }));
    await get(server.on('/first', status(301, { location: second })));
    expectWhole();
  });

  it('gives up on redirects without an end', async () => {
    for (let i = 0; i < 10; i++) server.on(`/${i}`, status(302, { location: `/${i + 1}` }));
    await expectFailure(get(server.on('/circle', status(302, { location: '/circle' }))), /edirect/);
    await expectFailure(get(server.on('/0', status(302, { location: '/1' }))), /HTTP 302/);
    expect(server.requests.length).toBeLessThan(15);
  });

  it.each([429, 500, 503])('tries again after HTTP %i', async (code) => {
    const url = server.on('/file', status(code, { 'retry-after': '0' }), serve(content));
    await get(url);
    expectWhole();
    expect(server.requests).toHaveLength(2);
  });

  it('gives up after some attempts, and takes the second URL', async () => {
    const first = server.on('/first', status(503));
    await get(first, server.on('/second', serve(content)));
    expectWhole();
    expect(server.requests.filter(({ path }) => path === '/first')).toHaveLength(3);
  });

  it.each([403, 404, 410])('goes to the second URL at once after HTTP %i', async (code) => {
    await get(server.on('/first', status(code)), server.on('/second', serve(content)));
    expectWhole();
    expect(server.requests).toHaveLength(2);
  });

  it('goes to the second URL when there is nobody at the first', async () => {
    await get(nobody, server.on('/file', serve(content)));
    expectWhole();
  });

  it('says which URL delivered, and why others did not', async () => {
    const failures: string[] = [];
    const gone = server.on('/gone', status(410));
    const url = server.on('/file', serve(content));
    const onFailure = ({ message }: Error) => failures.push(message);
    const file = { urls: [nobody, gone, url], bytes, sha256 };
    expect(await download(file, path, { dispatcher, onFailure })).toBe(url);
    expect(failures).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:1: .*ECONNREFUSED/),
      expect.stringMatching(/^127\.0\.0\.1:\d+: HTTP 410$/),
    ]);
  });

  it('asks nobody twice who cannot be reached, in all downloads of a run', async () => {
    const failures: string[] = [];
    const options = {
      ...{ dispatcher, unreachableHosts: new Set<string>() },
      onFailure: ({ message }: Error) => failures.push(message),
    };
    const file = { urls: [nobody, `${nobody}/again`, server.on('/file', serve(content))] };
    await download({ ...file, bytes, sha256 }, path, options);
    await download({ ...file, bytes, sha256 }, `${path}.second`, options);
    expect(failures).toHaveLength(1);
    const lost = download({ urls: [nobody], bytes, sha256 }, `${path}.third`, options);
    await expect(lost).rejects.toMatchObject({
      message: '127.0.0.1:1: could not be reached',
      isUnreachable: true,
    });
  });

  it('follows a redirect to where the file lies now, relative or of another host, with its range', async () => {
    part(content.subarray(0, 1000));
    const other = await FileServer.start();
    const far = other.on('/signed?key=1', serve(content)).replace('127.0.0.1', 'localhost');
    server.on('/cache', status(302, { location: far }));
    await get(server.on('/file', status(307, { location: '/cache' })));
    expect(other.requests.map(({ headers }) => headers.range)).toEqual(['bytes=1000-']);
    expectWhole();
    other.stop();
  });

  it('tells a Git LFS pointer and a web page from a file', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes}\n`;
    const page = '<!doctype html><title>Sign in</title>'.padEnd(2000);
    const html = server.on('/page', (_, response) => {
      const head = { 'content-type': 'text/html; charset=utf-8', 'content-length': page.length };
      response.writeHead(200, head).end(page);
    });
    await expectFailure(
      get(
        server.on('/pointer', serve(Buffer.from(pointer))),
        html,
        server.on('/short', serve(Buffer.from('no model'))),
      ),
      /: sends a Git LFS pointer instead of the file; .*: sends a web page instead of the file; .*: has 8 bytes instead of 300000$/,
    );
  });

  it('says plainly that nobody can be reached', async () => {
    const failure = get(nobody, 'http://localhost:1/file');
    await expectFailure(failure, /^127\.0\.0\.1:1: .*ECONNREFUSED.*; localhost:1: .*/);
    await expect(failure).rejects.toMatchObject({ isUnreachable: true });
    await expectFailure(get(server.on('/none', status(404))), /127\.0\.0\.1:\d+: HTTP 404$/);
    await expect(get(server.on('/none', status(404)))).rejects.toMatchObject({
      isUnreachable: false,
    });
  });
});

/** A client may lose the last of what came before a connection broke, on a busy machine. */
const someWay = /^bytes=[1-9]\d*-/;

describe('a connection that breaks', () => {
  it('is taken up where it broke', async () => {
    await get(server.on('/file', breakAfter(content, 100_000), serve(content)));
    expectWhole();
    expect(ranges()).toEqual([undefined, expect.stringMatching(someWay)]);
  });

  it('again and again, as long as something comes each time', async () => {
    const url = server.on('/file', ...Array.from({ length: 8 }, () => breakAfter(content, 40_000)));
    await get(url);
    expectWhole();
  });

  it('leaves what has come to the next attempt, of another process too', async () => {
    const url = server.on('/file', breakAfter(content, 120_000), status(404));
    await expect(get(url)).rejects.toBeInstanceOf(DownloadError);
    const kept = readFileSync(`${path}.part`);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.equals(content.subarray(0, kept.length))).toBe(true);
    expect(existsSync(path)).toBe(false);

    server.on('/file', serve(content));
    await get(url);
    expectWhole();
    expect(server.requests.at(-1)?.headers).toMatchObject({
      range: `bytes=${kept.length}-`,
      'if-range': '"v1"',
    });
  });

  it('is taken up at the second URL', async () => {
    const first = server.on('/first', breakAfter(content, 100_000), status(404));
    await get(first, server.on('/second', serve(content, '"another server"')));
    expectWhole();
    // A validator of the first server says nothing to the second.
    expect(server.requests.at(-1)?.headers).toMatchObject({
      range: expect.stringMatching(someWay),
    });
    expect(server.requests.at(-1)?.headers['if-range']).toBeUndefined();
  });

  it('begins anew at a server that knows no ranges', async () => {
    part(content.subarray(0, 50_000));
    await get(server.on('/file', ignoreRange(content)));
    expectWhole();
    expect(ranges()).toEqual(['bytes=50000-']);
  });

  it('begins anew when the file has changed meanwhile', async () => {
    await expect(
      get(server.on('/file', breakAfter(other, 90_000, '"old"'), status(404))),
    ).rejects.toThrow();
    await get(server.on('/file', serve(content, '"new"')));
    expectWhole();
    expect(server.requests.at(-1)?.headers['if-range']).toBe('"old"');
  });

  it('is a failure when it breaks at the same place each time', async () => {
    const url = server.on('/file', (_, response) => {
      response.writeHead(200, { 'content-length': bytes });
      response.write(content.subarray(0, 1000), () => hangUp(response));
    });
    await expectFailure(get(url), /127\.0\.0\.1/);
    expect(server.requests.length).toBeLessThan(20);
  });
});

describe('a server that stalls', () => {
  it('is left for the second URL', async () => {
    await get(server.on('/first', stallAfter(content, 10_000)), server.on('/2', serve(content)));
    expectWhole();
  });

  it('before it has said anything, too', async () => {
    await expectFailure(get(server.on('/file', () => {})), /Headers Timeout/);
  });
});

describe('a wrong file', () => {
  const wrong = Buffer.from(content);
  wrong[200_000] = 255 - (wrong[200_000] ?? 0);

  it.each([
    ['with another byte', serve(wrong), /not the file that the catalogue describes/],
    ['that is shorter', serve(content.subarray(0, 100)), /has 100 bytes instead of 300000/],
    ['that is longer', serve(Buffer.concat([content, other])), /600000 bytes instead of 300000/],
    ['that is empty', serve(Buffer.alloc(0)), /has 0 bytes/],
  ])('%s never gets the name', async (_, answer, message) => {
    await expectFailure(get(server.on('/file', answer)), message);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('without a length that does not end is cut off', async () => {
    let sent = 0;
    const url = server.on('/file', (_, response) => {
      const more = () => {
        sent += content.length;
        if (!response.destroyed) response.write(content, more);
      };
      more();
    });
    await expectFailure(get(url), /has more than 300000 bytes/);
    expect(sent).toBeLessThan(100 * bytes);
  });

  it('without a length that ends too early is a failure', async () => {
    const url = server.on('/file', (_, response) => {
      response.write(content.subarray(0, 500));
      response.end();
    });
    await expectFailure(get(url), /not the file .* \(500 bytes/);
  });

  it('goes to the second URL', async () => {
    await get(server.on('/first', serve(wrong)), server.on('/second', serve(content)));
    expectWhole();
  });

  it('of which a part was there is fetched once more from the beginning', async () => {
    part(other.subarray(0, 5_000));
    await get(server.on('/file', serve(content)));
    expectWhole();
    expect(ranges()).toEqual(['bytes=5000-', undefined]);
  });
});

describe('what was there before', () => {
  it('is not fetched again when it is whole', async () => {
    part(content);
    await get(server.on('/file', serve(content)));
    expectWhole();
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['whole, but wrong', other],
    ['too long', Buffer.concat([content, other])],
  ])('is thrown away when it is %s', async (_, before) => {
    part(before);
    await get(server.on('/file', serve(content)));
    expectWhole();
    expect(ranges()).toEqual([undefined]);
  });
});

it('names the disk when it is the disk', async () => {
  const folder = join(dirname(path), 'closed');
  mkdirSync(folder);
  path = join(folder, 'model.onnx');
  mkdirSync(`${path}.part`);
  chmodSync(folder, 0o500);
  await expectFailure(get(server.on('/file', serve(content))), /model\.onnx: EISDIR/);
});
