import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inputBytes, inputSize } from '../../../../lib/core/preprocessing/preprocessing.ts';
import {
  CatalogueError,
  listCatalogue,
  loadCatalogue,
  readCatalogue,
} from '../../../../lib/service/catalogue/load.ts';
import { colourModel } from '../../../fixtures/colours.ts';
import { movedOut } from '../../../fixtures/external-data.ts';

/** The beginning of an ONNX file with an empty graph and a text. */
const content = '\x3a\0\x32\x10not really much!';
const model = {
  name: 'tiny',
  version: '1',
  file: 'tiny.onnx',
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: content.length,
  accuracyPct: 50,
  accuracySource: 'invented',
  licence: 'Apache-2.0',
};
const catalogue = {
  name: 'pets',
  task: 'image-classification',
  labels: ['cat', 'dog'],
  input: { dtype: 'uint8', shape: [1, 8, 6, 3], layout: 'NHWC' },
  models: [model],
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'catalogue-'));
  writeFileSync(join(directory, 'tiny.onnx'), content);
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(value: object): void {
  writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(value));
}

describe('loadCatalogue', () => {
  it('fills in defaults', () => {
    write(catalogue);
    const { models, samples } = loadCatalogue(directory);
    expect(models[0]).toMatchObject({ name: 'tiny', memoryMb: 1769 });
    expect(samples).toEqual([]);
  });

  it('checks the size and the hash of every file', () => {
    write(catalogue);
    writeFileSync(join(directory, 'tiny.onnx'), '\x3a\0\x32\x10not really MUCH!');
    expect(() => loadCatalogue(directory)).toThrow(/tiny\.onnx: SHA-256 .*field sha256/);
    writeFileSync(join(directory, 'tiny.onnx'), 'short');
    expect(() => loadCatalogue(directory)).toThrow(/tiny\.onnx: 5 bytes, .*field bytes/);
    rmSync(join(directory, 'tiny.onnx'));
    expect(() => loadCatalogue(directory)).toThrow(/tiny\.onnx: cannot read model "tiny": no such/);
  });

  it('refuses a model of which only a part is deployed, though all of it lies here', () => {
    const bytes = movedOut(colourModel(), directory);
    writeFileSync(join(directory, 'tiny.onnx'), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    write(withModel({ bytes: bytes.length, sha256 }));
    expect(() => loadCatalogue(directory)).toThrow(
      /tiny\.onnx: some of its weights lie in "model\.onnx\.data", which .*npx mdi models add/,
    );
  });

  it('reads a catalogue with a byte-order mark, and names other encodings', () => {
    const path = join(directory, 'catalogue.json');
    const text = JSON.stringify(catalogue);
    writeFileSync(path, `\ufeff${text}`);
    expect(readCatalogue(directory).name).toBe('pets');
    writeFileSync(path, `\ufeff${text}`, 'utf16le');
    expect(() => readCatalogue(directory)).toThrow(
      /catalogue\.json: cannot read a catalogue: it is UTF-16 \(little-endian\): save it as UTF-8$/,
    );
  });

  it.each([
    ['a field that is unknown', { ...catalogue, colour: 'red' }, /colour/],
    ['a wrong hash', withModel({ sha256: 'abc' }), /field models\.0\.sha256/],
    ['an accuracy over 100', withModel({ accuracyPct: 101 }), /field models\.0\.accuracyPct/],
    ['a path that leaves the folder', withModel({ file: '../x.onnx' }), /field models\.0\.file/],
    ['the same name twice', { ...catalogue, models: [model, model] }, /models\.1\.name.*twice/],
    ['an unknown on-device model', { ...catalogue, onDevice: 'huge' }, /field onDevice.*huge/],
    [
      'an on-device model whose answers have no meaning',
      { ...withModel({ latencyOnly: true }), onDevice: 'tiny' },
      /field onDevice.*"tiny" have no meaning/,
    ],
    ['a shape without 3 channels', withInput([1, 8, 6, 4]), /field input\.shape/],
    ['a standard deviation of 0', withModel({ preprocessing: { std: [1, 0, 1] } }), /std/],
    [
      'more right answers than answers',
      withBins({ from: 0, count: 1, right: 2 }),
      /models\.0\.reliability\.bins\.0\.right: must not be more than count/,
    ],
    [
      'bins in any order',
      withBins({ from: 0.5, count: 1, right: 1 }, { from: 0.5, count: 1, right: 1 }),
      /models\.0\.reliability\.bins: must ascend by from/,
    ],
    ['no bins', withBins(), /models\.0\.reliability\.bins/],
    [
      'a sample of no label',
      { ...catalogue, samples: [{ file: 'a', label: 'cow' }] },
      /samples\.0/,
    ],
  ])('names the file and the field of %s', (_, value, message) => {
    write(value);
    expect(() => readCatalogue(directory)).toThrow(CatalogueError);
    expect(() => readCatalogue(directory)).toThrow(/catalogue\.json: /);
    expect(() => readCatalogue(directory)).toThrow(message);
  });

  it('says plainly that there is no catalogue, or no JSON', () => {
    expect(() => readCatalogue(join(directory, 'nowhere'))).toThrow(/no such file/);
    writeFileSync(join(directory, 'catalogue.json'), '{');
    expect(() => readCatalogue(directory)).toThrow(/not JSON/);
  });
});

describe('models that cannot be served yet', () => {
  const { accuracyPct: _, ...unknown } = { ...model, name: 'unknown' };
  const remote = { ...model, name: 'remote', file: undefined, urls: ['https://example.org/x'] };

  it('are listed', () => {
    write({ ...catalogue, models: [model, remote, unknown], ladder: ['remote'] });
    const { models, ladder } = listCatalogue(directory);
    expect(models.map(({ name, file }) => [name, file])).toEqual([
      ['tiny', 'tiny.onnx'],
      ['remote', 'remote.onnx'],
      ['unknown', 'tiny.onnx'],
    ]);
    expect(ladder).toEqual(['remote']);
  });

  it('are left out of what is served', () => {
    write({ ...catalogue, models: [model, remote, unknown], onDevice: 'remote' });
    const served = loadCatalogue(directory);
    expect(served.models.map(({ name }) => name)).toEqual(['tiny']);
    expect(served.onDevice).toBeUndefined();
    writeFileSync(join(directory, 'remote.onnx'), content);
    const { models, onDevice } = loadCatalogue(directory);
    expect(models.map(({ name }) => name)).toEqual(['tiny', 'remote']);
    expect(onDevice).toBe('remote');
  });

  it('must not be all', () => {
    write({ ...catalogue, models: [remote] });
    expect(() => loadCatalogue(directory)).toThrow(/none of its 1 models .*mdi models fetch/);
    write({ ...catalogue, models: [unknown] });
    expect(() => readCatalogue(directory)).toThrow(/no model has a field accuracyPct/);
  });

  it.each([
    ['a ladder of unknown models', { ...catalogue, ladder: ['huge'] }, /field ladder\.0.*huge/],
    ['an odd URL', withModel({ urls: ['ftp://example.org/x'] }), /field models\.0\.urls\.0/],
  ])('and %s is wrong', (_, value, message) => {
    write(value);
    expect(() => listCatalogue(directory)).toThrow(message);
  });
});

describe('a catalogue’s input', () => {
  it.each([
    [{ dtype: 'uint8', shape: [1, 8, 6, 3], layout: 'NHWC' }, 144],
    [{ dtype: 'float32', shape: [1, 3, 8, 6], layout: 'NCHW' }, 576],
  ] as const)('%j is 6 wide, 8 high, %i bytes long', (input, bytes) => {
    const mutable = { ...input, shape: [...input.shape] as [1, number, number, number] };
    expect(inputSize(mutable)).toEqual({ width: 6, height: 8 });
    expect(inputBytes(mutable)).toBe(bytes);
  });
});

function withModel(change: object): object {
  return { ...catalogue, models: [{ ...model, ...change }] };
}

function withBins(...bins: object[]): object {
  return withModel({ reliability: { bins } });
}

function withInput(shape: number[]): object {
  return { ...catalogue, input: { ...catalogue.input, shape } };
}
