import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelShapeError } from '../../../../../lib/core/preprocessing/errors.ts';
import { addModel, type NewModel } from '../../../../../lib/evaluation/models/edit/add.ts';
import { removeModel } from '../../../../../lib/evaluation/models/edit/remove.ts';
import { CatalogueError, loadCatalogue } from '../../../../../lib/service/catalogue/load.ts';
import { OnnxFileError } from '../../../../../lib/service/catalogue/onnx/onnx-file.ts';
import { Classifier } from '../../../../../lib/service/inference/classifier.ts';
import {
  type ColourOptions,
  colourImage,
  colourModel,
  colours,
} from '../../../../fixtures/colours.ts';
import { movedOut } from '../../../../fixtures/external-data.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

/** A folder with a model and its files of JSON, outside any catalogue. */
function given({ labels = colours, ...options }: ColourOptions & { labels?: unknown } = {}) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'model.onnx'), colourModel(options));
  writeFileSync(join(folder, 'labels.json'), JSON.stringify(labels));
  writeFileSync(join(folder, 'preprocessing.json'), '{"scale": 0.5, "color": "BGR"}');
  return {
    file: join(folder, 'model.onnx'),
    labels: join(folder, 'labels.json'),
    preprocessing: join(folder, 'preprocessing.json'),
  };
}

const add = (directory: string, change: Partial<NewModel> & { file: string }) =>
  addModel({
    directory,
    name: 'first',
    accuracyPct: 70,
    version: '1',
    licence: 'MIT',
    accuracySource: 'made up',
    ...change,
  });

describe('addModel', () => {
  it('begins a catalogue that can be served, and adds to it', async () => {
    const directory = join(temporaryFolder(), 'My Models!');
    const first = await add(directory, given());
    expect(first).toMatchObject({ isNewCatalogue: true, guessedPreprocessing: undefined });
    const { preprocessing: _, ...second } = given({ dtype: 'uint8', ending: 'softmax' });
    const added = await add(directory, { ...second, name: 'second', memoryMb: 4000 });
    expect(added).toMatchObject({
      isNewCatalogue: false,
      guessedPreprocessing: { dtype: 'uint8', layout: 'NCHW' },
    });

    const { name, labels, input, models } = loadCatalogue(directory);
    expect({ name, labels }).toEqual({ name: 'my-models', labels: colours });
    expect(input).toEqual({ dtype: 'uint8', shape: [1, 8, 8, 3], layout: 'NHWC' });
    expect(models).toMatchObject([
      {
        name: 'first',
        file: 'first.onnx',
        accuracyPct: 70,
        licence: 'MIT',
        output: 'logits',
        preprocessing: { scale: 0.5, color: 'BGR', dtype: 'float32', layout: 'NCHW' },
        memoryMb: 1769,
        reference: { meanMs: expect.any(Number), what: expect.stringContaining('one thread') },
      },
      { name: 'second', output: 'probabilities', memoryMb: 4000 },
    ]);
    expect(models[1]?.reference?.what).toContain('2 threads');
    expect(readdirSync(directory).sort()).toEqual(['catalogue.json', 'first.onnx', 'second.onnx']);
  });

  it.each<[string, Partial<NewModel>, ColourOptions & { labels?: unknown }, RegExp]>([
    ['no labels', { labels: undefined } as object, {}, /needs --labels FILE, the labels/],
    [
      'labels that are none',
      {},
      { labels: { a: 1 } },
      /labels\.json: the labels must be a list, or/,
    ],
    ['too many labels', {}, { labels: [...colours, 'grey'] }, /3 scores, but .* 4 labels/],
    ['no ONNX', { file: 'package.json' }, {}, /package\.json: it is not an ONNX file/],
    ['no file', { file: 'nowhere.onnx' }, {}, /nowhere\.onnx: cannot read a model: no such file/],
    ['an odd name', { name: 'my model' }, {}, /field name: must be 1 to 40 of/],
    ['no preprocessing', { preprocessing: 'package.json' }, {}, /package\.json: /],
    ['NaN', {}, { gain: Number.NaN }, /model\.onnx: it answers an ordinary image with NaN/],
  ])('refuses %s in one line, and makes no folder', async (_, change, options, message) => {
    const directory = join(temporaryFolder(), 'new');
    const failure = add(directory, { ...given(options), ...change });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow(/^[^\n]+$/);
    await expect(failure).rejects.toSatisfy((error) =>
      [CatalogueError, ModelShapeError, OnnxFileError].some((kind) => error instanceof kind),
    );
    expect(existsSync(directory)).toBe(false);
  });

  it('refuses what does not fit the catalogue, and leaves it alone', async () => {
    const directory = temporaryFolder();
    await add(directory, given());
    const before = readFileSync(join(directory, 'catalogue.json'), 'utf8');
    await expect(add(directory, given())).rejects.toThrow(/has a model "first" already/);
    const others = given({ labels: ['red', 'blue', 'green'] });
    await expect(add(directory, { ...others, name: 'b' })).rejects.toThrow(
      /not the labels .*label 1 is "blue" instead of "green"/,
    );
    writeFileSync(join(directory, 'b.onnx'), 'something of mine');
    await expect(add(directory, { ...given(), name: 'b' })).rejects.toThrow(
      /b\.onnx is there already, with other content/,
    );
    expect(readFileSync(join(directory, 'b.onnx'), 'utf8')).toBe('something of mine');
    expect(readFileSync(join(directory, 'catalogue.json'), 'utf8')).toBe(before);
  });

  it('adds a model of several files as one, which serves without them', async () => {
    const [directory, { file, labels }] = [join(temporaryFolder(), 'whole'), given()];
    const folder = dirname(file);
    writeFileSync(file, movedOut(colourModel(), folder));
    const added = await add(directory, { file, labels });
    expect(added.folded).toEqual(['model.onnx.data']);
    expect(readdirSync(directory).sort()).toEqual(['catalogue.json', 'first.onnx']);
    rmSync(folder, { recursive: true });
    const { labels: known, input, models } = loadCatalogue(directory);
    const [model] = models;
    if (!model) throw new Error('no model');
    const path = join(directory, model.file);
    const classifier = await Classifier.load({ path, catalogue: { labels: known, input }, model });
    const { predictions } = await classifier.classifyImage(await colourImage(2));
    expect(predictions[0]?.label).toBe('blue');
  });

  it('leaves nothing behind of a model whose parts are not all there', async () => {
    const [directory, { file, labels }] = [join(temporaryFolder(), 'a/b'), given()];
    writeFileSync(file, movedOut(colourModel(), dirname(file)));
    rmSync(join(dirname(file), 'model.onnx.data'));
    await expect(add(directory, { file, labels })).rejects.toThrow(
      /weights lie in model\.onnx\.data, which is missing: put it at/,
    );
    expect(existsSync(dirname(directory))).toBe(false);
  });

  it('says what preprocessing of Hugging Face’s it does otherwise, and keeps it', async () => {
    const files = given();
    writeFileSync(
      files.preprocessing,
      JSON.stringify({
        image_processor_type: 'ViTImageProcessor',
        ...{ size: { height: 8, width: 8 }, resample: 2, image_mean: 0.5, image_std: 0.5 },
      }),
    );
    const { entry, differences } = await add(temporaryFolder(), files);
    expect(entry.preprocessing).toMatchObject({ centerCrop: 8, mean: [0.5, 0.5, 0.5] });
    expect(differences).toHaveLength(2);
    expect(entry.unverified).toMatch(/squashed to 8 x 8 there.*; .*bilinear filters there/);
  });

  it('refuses preprocessing that leaves nothing of a model’s whole numbers', async () => {
    const files = given({ dtype: 'uint8' });
    writeFileSync(files.preprocessing, '{"scale": 0.00392156862745098}');
    await expect(add(temporaryFolder(), files)).rejects.toThrow(
      /model\.onnx: its input is uint8, but the preprocessing leaves a range of 1\.0 of a pixel's/,
    );
  });

  it('takes a file that lies in the catalogue’s folder already', async () => {
    const directory = join(temporaryFolder(), 'here');
    mkdirSync(directory);
    writeFileSync(join(directory, 'first.onnx'), colourModel());
    await add(directory, { ...given(), file: join(directory, 'first.onnx') });
    expect(loadCatalogue(directory).models).toHaveLength(1);
  });

  it('keeps all models that are added at the same time', async () => {
    const directory = temporaryFolder();
    await Promise.all(['a', 'b', 'c'].map((name) => add(directory, { ...given(), name })));
    expect(
      loadCatalogue(directory)
        .models.map(({ name }) => name)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
  });
});

describe('two catalogues that begin in one folder at the same time', () => {
  it('do not mix', async () => {
    const directory = temporaryFolder();
    const both = [colours, colours.toReversed()].map((labels, i) =>
      add(directory, { ...given({ labels }), name: `model-${i}` }),
    );
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(loadCatalogue(directory).models).toHaveLength(1);
  });
});

describe('removeModel', () => {
  async function two(): Promise<string> {
    const directory = temporaryFolder();
    await add(directory, { ...given(), name: 'a' });
    await add(directory, { ...given(), name: 'b' });
    return directory;
  }

  it('removes entry and file, or the entry alone', async () => {
    const directory = await two();
    await removeModel(directory, 'b');
    expect(readdirSync(directory).sort()).toEqual(['a.onnx', 'catalogue.json']);
    await add(directory, { ...given(), name: 'b' });
    await removeModel(directory, 'a', { keepFile: true });
    expect(readdirSync(directory)).toContain('a.onnx');
    expect(loadCatalogue(directory).models.map(({ name }) => name)).toEqual(['b']);
  });

  it('refuses a model that is not there, the last one, and the one on the device', async () => {
    const directory = await two();
    await expect(removeModel(directory, 'x')).rejects.toThrow(/has no model "x": a, b/);
    const path = join(directory, 'catalogue.json');
    const catalogue = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...catalogue, onDevice: 'a' }));
    await expect(removeModel(directory, 'a')).rejects.toThrow(/on the device/);
    await removeModel(directory, 'b');
    await expect(removeModel(directory, 'a')).rejects.toThrow(/the only model/);
    expect(loadCatalogue(directory).models).toHaveLength(1);
  });
});
