import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DownloadError } from '../../../../../lib/evaluation/models/fetch/download.ts';
import { createDownloader } from '../../../../../lib/evaluation/models/fetch/downloader.ts';
import { fetchModel } from '../../../../../lib/evaluation/models/fetch/fetch-model.ts';
import { CatalogueError } from '../../../../../lib/service/catalogue/load.ts';
import { listedModelSchema } from '../../../../../lib/service/catalogue/schema.ts';
import { colourModel } from '../../../../fixtures/colours.ts';
import { movedOut } from '../../../../fixtures/external-data.ts';
import { FileServer, serve } from '../../../../fixtures/file-server.ts';
import { leaveLockBehind } from '../../../../fixtures/lock.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const content = Buffer.from('\x3a\0\x32\x10not really much!');
const dispatcher = createDownloader({ stallMs: 1000, retries: 0, firstPauseMs: 1 });
let server: FileServer;
beforeAll(async () => {
  server = await FileServer.start();
});
afterAll(async () => {
  await dispatcher.destroy();
  server.stop();
});

const model = (change: object = {}) =>
  listedModelSchema.parse({
    name: 'tiny',
    version: '1',
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    accuracySource: '',
    licence: '',
    urls: [server.on('/tiny', serve(content))],
    ...change,
  });

describe('fetchModel', () => {
  it('fetches what is not there, also into a sub-folder, and nothing twice', async () => {
    const directory = temporaryFolder();
    const deep = model({ file: 'deep/down.onnx' });
    expect(await fetchModel(directory, deep, { dispatcher })).toMatchObject({ how: 'downloaded' });
    expect(readFileSync(join(directory, 'deep/down.onnx')).equals(content)).toBe(true);
    expect(await fetchModel(directory, deep, { dispatcher })).toEqual({ how: 'is there' });
    expect(server.requests).toHaveLength(1);
  });

  it('names a model of which the URL is only a part', async () => {
    const directory = temporaryFolder();
    const part = Buffer.from(movedOut(colourModel(), temporaryFolder()));
    const sha256 = createHash('sha256').update(part).digest('hex');
    const urls = [server.on('/part', serve(part))];
    const fetching = () =>
      fetchModel(directory, model({ sha256, bytes: part.length, urls }), { dispatcher });
    const message = /tiny\.onnx: some of its weights lie in "model\.onnx\.data"/;
    await expect(fetching()).rejects.toThrow(message);
    await expect(fetching()).rejects.toThrow(message);
    expect(server.requests.filter(({ path }) => path === '/part')).toHaveLength(1);
  });

  it('replaces a file that is not the right one', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'tiny.onnx'), 'something else');
    expect(await fetchModel(directory, model(), { dispatcher })).toMatchObject({
      how: 'downloaded',
    });
    expect(readFileSync(join(directory, 'tiny.onnx')).equals(content)).toBe(true);
  });

  it('keeps the wrong file until the right one is there', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'tiny.onnx'), 'something else');
    const gone = model({ urls: [server.on('/gone')] });
    const failure = fetchModel(directory, gone, { dispatcher });
    await expect(failure).rejects.toBeInstanceOf(DownloadError);
    await expect(failure).rejects.toThrow(
      /^tiny cannot be fetched: .*tiny\.onnx: 14 bytes, but model "tiny" says 20 \(field bytes\); 127\.0\.0\.1:\d+: HTTP 404$/,
    );
    expect(readFileSync(join(directory, 'tiny.onnx'), 'utf8')).toBe('something else');
  });

  it('finds a file in a folder by what it holds, and copies it', async () => {
    const [directory, from] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(from, 'deep'));
    writeFileSync(join(from, 'tiny.onnx'), 'a file as long as it');
    writeFileSync(join(from, 'deep/model (1).onnx'), content);
    const path = join(from, 'deep/model (1).onnx');
    const lonely = model({ urls: undefined });
    expect(await fetchModel(directory, lonely, { dispatcher, from })).toEqual({
      how: 'copied',
      path,
    });
    expect(readdirSync(directory)).toEqual(['tiny.onnx']);
    expect(readFileSync(join(directory, 'tiny.onnx')).equals(content)).toBe(true);
  });

  it('downloads what is not in the folder, or says that it is nowhere', async () => {
    const [directory, from] = [temporaryFolder(), temporaryFolder()];
    const nowhere = fetchModel(directory, model({ urls: undefined }), { dispatcher, from });
    await expect(nowhere).rejects.toThrow(
      `model "tiny" is not in ${from}, and has no urls to be fetched from`,
    );
    const gone = fetchModel(directory, model({ urls: [server.on('/gone')] }), { dispatcher, from });
    await expect(gone).rejects.toThrow(`tiny cannot be fetched: it is not in ${from}; 127.0.0.1`);
    expect(await fetchModel(directory, model(), { dispatcher, from })).toMatchObject({
      how: 'downloaded',
    });
  });

  it('asks a mirror first, for the name of the file and for the paths of its URLs', async () => {
    const mirrored = await FileServer.start();
    const url = mirrored.on('/zoo/tiny', serve(content));
    const mirror = url.replace(/\/zoo\/tiny$/, '');
    const elsewhere = model({
      file: 'sub/a-model.onnx',
      urls: ['https://nowhere.invalid/zoo/tiny'],
    });
    const options = { dispatcher, mirror };
    expect(await fetchModel(temporaryFolder(), elsewhere, options)).toEqual({
      how: 'downloaded',
      url,
    });
    expect(mirrored.requests.map(({ path }) => path)).toEqual(['/a-model.onnx', '/zoo/tiny']);
    const flat = mirrored.on('/tiny.onnx', serve(content));
    const unlisted = model({ urls: undefined });
    expect(await fetchModel(temporaryFolder(), unlisted, options)).toMatchObject({ url: flat });
    mirrored.stop();
  });

  it('says that a catalogue names no URL', async () => {
    const failure = fetchModel(temporaryFolder(), model({ urls: undefined }), { dispatcher });
    await expect(failure).rejects.toBeInstanceOf(CatalogueError);
    await expect(failure).rejects.toThrow('model "tiny" has no urls to be fetched from');
  });

  it('leaves a file alone that another process is fetching', async () => {
    const directory = temporaryFolder();
    const unlock = await lock(join(directory, 'tiny.onnx'), { realpath: false });
    const failure = fetchModel(directory, model(), { dispatcher });
    await expect(failure).rejects.toThrow(
      /^tiny is being fetched by another process \(.*\.lock\)$/,
    );
    expect(existsSync(join(directory, 'tiny.onnx.part'))).toBe(false);
    await unlock();
    expect(await fetchModel(directory, model(), { dispatcher })).toMatchObject({
      how: 'downloaded',
    });
    expect(readdirSync(directory)).toEqual(['tiny.onnx']);
  });

  it('takes over from a process that was killed', async () => {
    const directory = temporaryFolder();
    leaveLockBehind(join(directory, 'tiny.onnx.lock'));
    expect(await fetchModel(directory, model(), { dispatcher })).toMatchObject({
      how: 'downloaded',
    });
    expect(readdirSync(directory)).toEqual(['tiny.onnx']);
  });
});
