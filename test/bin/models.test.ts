import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colourCatalogue, colourImage, colourModel, colours } from '../fixtures/colours.ts';
import { movedOut } from '../fixtures/external-data.ts';
import { FileServer, serve } from '../fixtures/file-server.ts';
import { oddLabels, oddModel, oddPreprocessing, scores, step } from '../fixtures/odd-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { runMdi } from './run-mdi.ts';

const folder = temporaryFolder();
const catalogue = join(folder, 'colours');
const photos = join(folder, 'photos');
/** Made of models whose output has to be explained. */
const odd = join(folder, 'odd');
const inFolder = (file: string) => join(folder, file);

/** Runs `mdi models`. */
const models = (...args: string[]) => runMdi('models', ...args);

function add(file: string, name: string, accuracy: number, ...more: string[]) {
  const which = ['--catalogue', catalogue, '--name', name, '--accuracy', String(accuracy)];
  return models('add', inFolder(file), ...which, ...more);
}

// Two models of the same architecture, one of which reads BGR: as with real models, the file does not say.
beforeAll(async () => {
  writeFileSync(inFolder('rgb.onnx'), colourModel());
  writeFileSync(inFolder('bgr.onnx'), colourModel({ order: [2, 1, 0], ending: 'softmax' }));
  writeFileSync(inFolder('labels.json'), JSON.stringify(colours));
  writeFileSync(inFolder('bgr.json'), '{"color": "BGR"}');
  mkdirSync(photos);
  for (let i = 0; i < 30; i++) {
    const name = join(photos, `000${i % 3}_${i}.png`);
    writeFileSync(name, await colourImage(i % 3, 10 + i));
  }
});

describe('mdi models', () => {
  it('add: begins a catalogue with models, one of them with the wrong preprocessing', async () => {
    const first = await add('rgb.onnx', 'rgb', 100, '--labels', inFolder('labels.json'));
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).toMatch(/^Added rgb to .*a new catalogue: top-1 100 %, .* ms, .*logits\.$/m);
    expect(first.error).toContain('no --preprocessing was given');
    const second = await add(
      'bgr.onnx',
      'bgr',
      99,
      '--preprocessing',
      inFolder('bgr.json'),
      '--json',
    );
    expect(JSON.parse(second.out)).toMatchObject({ name: 'bgr', output: 'probabilities' });
    expect((await add('bgr.onnx', 'wrong', 99)).code).toBe(0);
  }, 60_000);

  it('add: asks what an output means, writes the answer, and verify holds the entry to it', async () => {
    const sigmoid = { after: [step('Sigmoid', ['logits', 'y'])] };
    const file = oddModel({ ...sigmoid, outputs: [scores('logits'), scores('y')] });
    writeFileSync(inFolder('odd.onnx'), file);
    writeFileSync(inFolder('odd-labels.json'), JSON.stringify(oddLabels));
    writeFileSync(inFolder('odd.json'), JSON.stringify(oddPreprocessing));
    const addOdd = (...said: string[]) =>
      models(
        ...['add', inFolder('odd.onnx'), '--catalogue', odd, '--name', 'odd', '--accuracy', '50'],
        ...['--labels', inFolder('odd-labels.json'), '--preprocessing', inFolder('odd.json')],
        ...said,
      );
    expect(await addOdd()).toMatchObject({
      code: 1,
      error: expect.stringMatching(/--output NAME/),
    });
    const named = await addOdd('--output', 'y');
    expect(named).toMatchObject({ code: 1, error: expect.stringMatching(/--scores sigmoid/) });
    expect(await addOdd('--output', 'y', '--scores', 'sigmoid')).toMatchObject({ code: 0 });

    const path = join(odd, 'catalogue.json');
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text).models).toMatchObject([{ outputName: 'y', output: 'sigmoid' }]);
    expect(await models('verify', odd)).toMatchObject({ code: 0 });
    writeFileSync(path, text.replace('"sigmoid"', '"probabilities"'));
    const verified = await models('verify', odd);
    expect(verified.out).toContain('said to be probabilities: they add up to more than 1');
    expect(verified).toMatchObject({ code: 1, error: expect.stringContaining('not right: odd') });
  }, 60_000);

  it('evaluate: catches the wrong one', async () => {
    const { code, out, error } = await models(
      'evaluate',
      '--catalogue',
      catalogue,
      '--images',
      photos,
      '--json',
    );
    expect(code).toBe(0);
    const all = { n: 30, top1Pct: 100, top5Pct: 100, ci95Pct: [88.65, 100] };
    expect(JSON.parse(out)).toEqual([
      { model: 'rgb', ...all },
      { model: 'bgr', ...all },
      { model: 'wrong', n: 30, top1Pct: 33.33, top5Pct: 100, ci95Pct: [19.23, 51.22] },
    ]);
    expect(error).toContain('wrong is right in 33.33 %, far lower than the declared 99 %');
    expect(error.match(/far lower/g)).toHaveLength(1);
  });

  it('evaluate: finds the preprocessing that a model was meant to have', async () => {
    const args = [catalogue, 'wrong', '--images', photos, '--preprocessings'];
    const { code, error } = await models('evaluate', ...args);
    expect(code).toBe(0);
    expect(error).toContain(
      'wrong with the colours in the other order is right in 100 % of the same images',
    );
    expect(error).toContain('whether the labels are in the order of the outputs they cannot show');
    expect(error).toMatch(/30 images show an accuracy to within \d+ points/);
  });

  it('evaluate: as a table, and with an exit code when asked', async () => {
    const args = [catalogue, 'wrong', '--images', photos];
    const { code, out, error } = await models('evaluate', ...args, '--strict');
    expect(code).toBe(1);
    expect(out).toMatch(/wrong .*30 .*33\.33 .*19\.2 - 51\.2 .*99\.00/);
    expect(error).toContain('mdi: measured far from what is declared: wrong');
  });

  it('evaluate: writes what it measured', async () => {
    await models('evaluate', catalogue, 'wrong', '--images', photos, '--write');
    const { models: entries } = JSON.parse(readFileSync(join(catalogue, 'catalogue.json'), 'utf8'));
    expect(entries[2]).toMatchObject({
      accuracyPct: 33.33,
      accuracySource: expect.stringMatching(/^30 images, 95 % interval 19\.23 to 51\.22; mdi /),
    });
    expect(entries[0].accuracyPct).toBe(100);
    const { bins } = entries[2].reliability;
    const sumOf = (field: 'count' | 'right') =>
      bins.reduce((sum: number, bin: Record<string, number>) => sum + (bin[field] ?? 0), 0);
    expect([sumOf('count'), sumOf('right')]).toEqual([30, 10]);
    expect(entries[0].reliability).toBeUndefined();
    expect(entries[2].rightAlongsideDevice).toBeUndefined();
  });

  it('evaluate: writes how often others are right where the device’s model is sure', async () => {
    const path = join(catalogue, 'catalogue.json');
    const before = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...before, onDevice: 'wrong' }));
    await models('evaluate', catalogue, 'wrong', 'rgb', '--images', photos, '--write');
    const { models: entries } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(before));
    const counts = entries[2].reliability.bins.map(({ count }: { count: number }) => count);
    const right = entries[2].reliability.bins.map((bin: { right: number }) => bin.right);
    // The other model is right in every image, whatever this one makes of it.
    expect(entries[0].rightAlongsideDevice).toEqual(counts);
    expect(entries[2].rightAlongsideDevice).toEqual(right);
  });

  it('evaluate --uploads: measures the ways to send a picture', async () => {
    const figure = inFolder('uploads.svg');
    const args = [catalogue, '--uploads', '--images', photos, '--count', '6', '--json'];
    const { code, out } = await models('evaluate', ...args, '--figure', figure, '--write');
    expect(code).toBe(0);
    const { n, view, rungs, uploads } = JSON.parse(out);
    expect([n, view]).toEqual([6, { width: 8, height: 8 }]);
    expect(Object.keys(rungs[1])).toEqual(['name', 'encoding', 'meanBytes', 'stdBytes', 'models']);
    const names = rungs.map(({ name }: { name: string }) => name);
    expect(names.slice(0, 2)).toEqual(['original', 'view-jpeg-95']);
    expect(rungs[1].models[0]).toEqual({
      model: 'rgb',
      top1Pct: 100,
      lossPct: 0,
      ci95Pct: [expect.any(Number), expect.any(Number)],
    });
    // Nothing is lost, whatever the quality: the smallest will do.
    const kept = uploads.rungs.map(({ name }: { name: string }) => name);
    expect(kept.slice(0, 2)).toEqual(['original', 'view-jpeg-95']);
    expect(kept).toHaveLength(3);
    expect(uploads.rungs[1].accuracyLossPct).toEqual({ rgb: 0, bgr: 0, wrong: 0 });
    expect(uploads.source).toMatch(
      /^6 images; mdi models evaluate .* --uploads --images .*photos$/,
    );
    const written = JSON.parse(readFileSync(join(catalogue, 'catalogue.json'), 'utf8'));
    expect(written.uploads).toEqual(uploads);
    expect(readFileSync(figure, 'utf8')).toMatch(/^<svg.*Points lost/s);
  });

  it('evaluate --uploads: as a table', async () => {
    const args = [catalogue, 'rgb', 'wrong', '--uploads', '--images', photos];
    const { code, out } = await models('evaluate', ...args);
    expect(code).toBe(0);
    expect(out).toMatch(/original .*kept .*100\.00 % .*33\.33 %/);
    expect(out).toMatch(/view-webp-80 .*0\.00 ± \d+\.\d\d/);
    expect(await models('evaluate', ...args, '--write')).toMatchObject({
      code: 1,
      error: 'mdi: --uploads --write is for all models: a rung needs what each of them loses\n',
    });
  });

  it('verify: ok, and not once a file is damaged', async () => {
    expect((await models('verify', catalogue)).out).toMatch(/rgb .*ok/);
    const path = join(catalogue, 'wrong.onnx');
    const bytes = readFileSync(path);
    const last = bytes.length - 1;
    bytes[last] = 255 - (bytes[last] ?? 0);
    writeFileSync(path, bytes);
    const { code, out, error } = await models('verify', catalogue, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      { model: 'rgb', ok: true, problem: null },
      { model: 'bgr', ok: true, problem: null },
      { model: 'wrong', ok: false, problem: expect.stringMatching(/SHA-256/) },
    ]);
    expect(error.trim()).toBe('mdi: not right: wrong');
  });

  it('remove: takes it out', async () => {
    const { code, out } = await models('remove', 'wrong', '--catalogue', catalogue);
    expect([code, out]).toEqual([0, `Removed wrong from ${catalogue}.\n`]);
    expect((await models('verify', '--catalogue', catalogue)).code).toBe(0);
  });

  it('profile: at one and two threads, and keeps the latencies when told to', async () => {
    const { code, out } = await models(
      'profile',
      catalogue,
      '--seconds',
      '0.1',
      '--json',
      '--write',
    );
    expect(code).toBe(0);
    const rows: Record<string, unknown>[] = JSON.parse(out);
    expect(rows.map(({ model, threads }) => [model, threads])).toEqual([
      ['rgb', 1],
      ['rgb', 2],
      ['bgr', 1],
      ['bgr', 2],
    ]);
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'model',
      'threads',
      'runs',
      'meanMs',
      'stdMs',
      'p50Ms',
      'p95Ms',
      'p99Ms',
      'loadMs',
      'memoryMb',
      'accuracyPct',
    ]);
    const listed = JSON.parse((await models('list', catalogue, '--json')).out);
    expect(listed[0].meanMs).toBeCloseTo(Number(rows[0]?.meanMs), 3);
  }, 60_000);

  it('list: points out what another model dominates', async () => {
    const path = join(catalogue, 'catalogue.json');
    const value = JSON.parse(readFileSync(path, 'utf8'));
    const [rgb, bgr] = value.models;
    // Measured while others work, their own deviations may be too large to tell them apart.
    Object.assign(rgb.reference, { meanMs: 1, stdMs: 0.01 });
    Object.assign(bgr.reference, { meanMs: 2, stdMs: 0.01 });
    writeFileSync(path, JSON.stringify(value));
    const { out, error } = await models('list', catalogue);
    expect(out).toMatch(/bgr .*dominated/);
    expect(error).toBe('Note: bgr is dominated: rgb is at least as fast and as accurate.\n');
    const evaluated = await models('evaluate', catalogue, '--images', photos);
    expect(evaluated.error).toContain('bgr is dominated');
  });
});

describe('mdi models add, of what people have', () => {
  const shelf = join(folder, 'downloads');
  const hub = join(shelf, 'acme-colours');
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  const addTo = (name: string, ...args: string[]) =>
    models('add', ...args, '--catalogue', join(folder, name));
  beforeAll(() => {
    mkdirSync(join(hub, 'onnx'), { recursive: true });
    write(join(hub, 'onnx/model.onnx'), movedOut(colourModel(), join(hub, 'onnx')));
    const id2label = Object.fromEntries(colours.map((colour, i) => [i, colour]));
    write(join(hub, 'config.json'), JSON.stringify({ model_type: 'vit', id2label }));
    write(
      join(hub, 'preprocessor_config.json'),
      JSON.stringify({
        image_processor_type: 'ViTImageProcessor',
        ...{ size: { height: 8, width: 8 }, resample: 2, image_mean: 0.5, image_std: 0.5 },
      }),
    );
    write(join(hub, 'README.md'), '---\nlicense: mit\n---\n# Colours\n');
    write(join(shelf, 'big.onnx'), colourModel({ dtype: 'uint8' }));
    write(join(shelf, 'broken.onnx'), 'version https://git-lfs.github.com/spec/v1\n');
    write(join(shelf, 'labels.txt'), `\ufeff${colours.join('\r\n')}\r\n`);
  });

  it('takes labels, preprocessing, name and licence of a Hugging Face folder, and says so', async () => {
    const { code, out, error } = await addTo('hub', hub, '--accuracy', '90');
    expect([code, out]).toEqual([0, expect.stringMatching(/^Added acme-colours to .*90 %/)]);
    expect(error).toMatch(
      /Note: acme-colours: labels from .*config\.json, preprocessing from .*preprocessor_config\.json, licence mit from its README\.md\.\n/,
    );
    expect(error).toMatch(/weights that lay in model\.onnx\.data as well/);
    expect(error).toMatch(/pictures are squashed to 8 x 8 there/);
    expect(error).not.toContain('unchanged pixels');
    const listing = JSON.parse(readFileSync(join(folder, 'hub/catalogue.json'), 'utf8'));
    expect(listing.labels).toEqual(colours);
    expect(listing.models[0]).toMatchObject({ name: 'acme-colours', licence: 'mit' });
    expect(listing.models[0].preprocessing).toMatchObject({ scale: 1 / 255, centerCrop: 8 });
  }, 60_000);

  it('adds all models of a folder that can be added, and names the others', async () => {
    write(join(folder, 'accuracies.csv'), 'name,accuracy\nbig,95\nacme-colours,90\n');
    const accuracies = ['--accuracies', join(folder, 'accuracies.csv')];
    const { code, out, error } = await addTo('all', shelf, ...accuracies);
    expect(code).toBe(1);
    expect(out).toMatch(/^Added big to .*\nAdded acme-colours to /);
    expect(error).toMatch(/^broken: its accuracy is not given in .*accuracies\.csv: --accuracy/m);
    expect(error).toMatch(/mdi: 1 of 3 models could not be added\n$/);
    const again = await addTo('all', join(shelf, 'broken.onnx'), '--accuracy', 'broken=1');
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.error).toMatch(/^mdi: .*broken\.onnx: it is a pointer of Git LFS/);
    expect((await models('verify', join(folder, 'all'))).code).toBe(0);
  }, 60_000);

  it('takes one accuracy for each of several files', async () => {
    const files = [join(shelf, 'big.onnx'), join(hub, 'onnx/model.onnx')];
    const each = ['--accuracy', 'big=95', '--accuracy', 'acme-colours=90.5', '--json'];
    const { out } = await addTo('each', ...files, ...each);
    expect(JSON.parse(out)).toMatchObject([
      { name: 'big', accuracyPct: 95 },
      { name: 'acme-colours', accuracyPct: 90.5 },
    ]);
    const one = await addTo('each', ...files, '--accuracy', '90');
    expect(one.error).toMatch(
      /^mdi: --accuracy PERCENT is for one model, but there are 2: big, acme-colours; give/,
    );
    const named = await addTo('each', ...files, '--name', 'a', '--accuracy', 'a=1');
    expect(named.error).toMatch(/^mdi: --name is for one model/);
  }, 60_000);
});

describe('mdi models fetch', () => {
  let server: FileServer;
  const shelf = join(folder, 'shelf');
  const file = Buffer.from(colourModel());
  beforeAll(async () => {
    server = await FileServer.start();
    const url = server.on('/rgb.onnx', serve(file));
    const entry = (name: string, ...urls: string[]) => ({
      name,
      version: '1',
      urls,
      sha256: createHash('sha256').update(file).digest('hex'),
      bytes: file.length,
      accuracyPct: 100,
      accuracySource: 'made up',
      licence: 'MIT',
      preprocessing: { dtype: 'float32', layout: 'NCHW' },
    });
    mkdirSync(shelf);
    const models = [
      entry('first', url),
      { ...entry('doubtful', server.on('/gone'), url), unverified: 'its preprocessing' },
      entry('lost', server.on('/gone')),
      entry('unreachable', 'http://127.0.0.1:1/x'),
    ];
    const value = { ...colourCatalogue, models, ladder: ['first'] };
    writeFileSync(join(shelf, 'catalogue.json'), JSON.stringify(value));
  });
  afterAll(() => server.stop());

  it('gets the ladder, with which the catalogue can be used', async () => {
    const before = await models('verify', shelf);
    expect(before).toMatchObject({ code: 1, error: expect.stringMatching(/mdi models fetch/) });
    const { code, out } = await models('fetch', shelf);
    const { host } = new URL(server.on('/rgb.onnx', serve(file)));
    expect([code, out]).toEqual([0, `first: fetched 0.0 MB to ${shelf} from ${host}\n`]);
    const after = await models('verify', shelf);
    expect(after).toMatchObject({ code: 0, error: 'Note: 3 listed models are not fetched yet.\n' });
    expect((await models('list', shelf)).out).toMatch(/lost .*not fetched/);
  });

  it('gets named ones, from the second URL if need be, and says what is doubtful', async () => {
    const { code, out, error } = await models('fetch', shelf, 'first', 'doubtful');
    expect(code).toBe(0);
    expect(out).toMatch(/^first: is there already\ndoubtful: fetched/);
    expect(error).toMatch(
      /^Note: doubtful was tried elsewhere before: .*: HTTP 404\.\nNote: doubtful: its preprocessing\.\n$/,
    );
  });

  it('says in one line what could not be fetched, or that nobody can be reached', async () => {
    const lost = await models('fetch', shelf, 'lost');
    expect(lost.code).toBe(1);
    expect(lost.error).toMatch(/^mdi: lost cannot be fetched: 127\.0\.0\.1:\d+: HTTP 404\n$/m);
    const offline = await models('fetch', shelf, 'unreachable');
    expect(offline.code).toBe(1);
    expect(offline.error).toMatch(
      /^mdi: unreachable .*ECONNREFUSED.* \(is this machine offline\?\)\n$/m,
    );
    const several = await models('fetch', shelf, '--all');
    expect(several.code).toBe(1);
    expect(several.error).toContain('mdi: 2 of 4 models could not be fetched');
  });

  it('says what to download by hand and where to put it, and takes it from a folder', async () => {
    const { error } = await models('fetch', shelf, 'unreachable');
    expect(error).toContain(
      `${join(shelf, 'unreachable.onnx')} (0.0 MB)\n    http://127.0.0.1:1/x`,
    );
    expect(error).toMatch(/checks the size and SHA-256/);
    const downloads = join(folder, 'browser-downloads');
    mkdirSync(downloads);
    writeFileSync(join(downloads, 'rgb (2).onnx'), file);
    const { code, out } = await models('fetch', shelf, 'unreachable', '--from', downloads);
    expect([code, out]).toEqual([
      0,
      `unreachable: copied 0.0 MB to ${shelf} from ${join(downloads, 'rgb (2).onnx')}\n`,
    ]);
  });
});

describe('wrong use of mdi models', () => {
  const uploads = ['evaluate', 'shapes', '--uploads', '--images'];
  it.each([
    ['a catalogue that is not there', ['list', './nowhere'], 1, /nowhere.*no such file/],
    ['a model that is not there', ['verify', 'shapes', 'huge'], 1, /no model "huge": nano-24/],
    ['no images', ['evaluate', 'shapes', '--images', './nowhere'], 1, /nowhere: no such file or/],
    ['uploads, strictly', [...uploads, 'photos', '--strict'], 2, /--uploads' cannot be used with/],
    [
      'a choice of preprocessing and of uploads at once',
      [...uploads, 'photos', '--preprocessings'],
      2,
      /--uploads' cannot be used with/,
    ],
    [
      'an unknown meaning of scores',
      ['add', 'x', '--catalogue', 'x', '--scores', 'percent'],
      2,
      /Allowed choices are logits, probabilities, sigmoid/,
    ],
    [
      'no images to upload',
      [...uploads, './nowhere'],
      1,
      /^mdi: .*nowhere: no such file or[^\n]*\n$/,
    ],
    [
      'a figure of nothing',
      ['evaluate', '--images', 'x', '--figure', 'x.svg'],
      1,
      /^mdi: --figure draws what --uploads measures: give both\n$/,
    ],
    ['nothing said of images', ['evaluate', 'shapes'], 2, /--images/],
    ['no threads', ['profile', 'shapes', '--threads', '0'], 2, /"0" is not a number of threads/],
    ['no accuracy', ['add', 'x.onnx', '--catalogue', 'x', '--name', 'x'], 2, /--accuracy/],
    ['an accuracy over 100', ['add', 'x', '--catalogue', 'x', '--accuracy', '101'], 2, /0 to 100/],
    ['no folder', ['fetch', 'imagenet', '--from', './nowhere'], 1, /nowhere: no such folder/],
    ['no mirror', ['fetch', 'imagenet', '--mirror', 'ftp://x'], 2, /"ftp:\/\/x" is not https/],
    ['nothing to fetch', ['fetch', 'shapes'], 1, /has no models that are to be fetched/],
  ])('says plainly that there is %s', async (_, args, expectedCode, message) => {
    const { code, error } = await models(...args);
    expect(code).toBe(expectedCode);
    expect(error).toMatch(message);
    expect(error).not.toMatch(/\n\s+at /);
  });
});
