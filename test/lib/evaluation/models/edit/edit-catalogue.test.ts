import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editCatalogue } from '../../../../../lib/evaluation/models/edit/edit-catalogue.ts';
import { listCatalogue } from '../../../../../lib/service/catalogue/load.ts';
import type { CatalogueFile } from '../../../../../lib/service/catalogue/schema.ts';
import { colourCatalogue } from '../../../../fixtures/colours.ts';
import { leaveLockBehind } from '../../../../fixtures/lock.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const entry = (name: string): CatalogueFile['models'][number] => ({
  name,
  version: '1',
  sha256: 'a'.repeat(64),
  bytes: 3,
  accuracyPct: 50,
  accuracySource: 'made up',
  licence: 'Apache-2.0',
});
const initial: CatalogueFile = { ...colourCatalogue, models: [] };
const text = (folder: string) => readFileSync(join(folder, 'catalogue.json'), 'utf8');

async function begun(): Promise<string> {
  const folder = temporaryFolder();
  await editCatalogue(folder, ({ models }) => models.push(entry('first')), initial);
  return folder;
}

describe('editCatalogue', () => {
  it('begins a catalogue in a folder that is not there', async () => {
    const folder = join(temporaryFolder(), 'deep', 'down');
    const count = await editCatalogue(folder, ({ models }) => models.push(entry('one')), initial);
    expect(count).toBe(1);
    expect(listCatalogue(folder).models[0]).toMatchObject({ name: 'one', file: 'one.onnx' });
    expect(readdirSync(folder)).toEqual(['catalogue.json']);
  });

  it('changes nothing but what is changed, lists of numbers on one line', async () => {
    const folder = await begun();
    const shapes = readFileSync(
      new URL('../../../../../models/shapes/catalogue.json', import.meta.url),
      'utf8',
    );
    writeFileSync(join(folder, 'catalogue.json'), shapes);
    await editCatalogue(folder, () => {});
    expect(text(folder)).toBe(shapes);
    await editCatalogue(folder, (catalogue) => {
      catalogue.ladder = ['nano-24'];
    });
    expect(text(folder).replace(',\n  "ladder": [\n    "nano-24"\n  ]', '')).toBe(shapes);
  });

  it('writes nothing that is not valid', async () => {
    const folder = await begun();
    const before = text(folder);
    const twice = editCatalogue(folder, ({ models }) => models.push(entry('first')));
    await expect(twice).rejects.toThrow(/models\.1\.name: "first" is there twice/);
    const failed = editCatalogue(folder, ({ models }) => {
      models.push(entry('second'));
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(text(folder)).toBe(before);
    expect(readdirSync(folder)).toEqual(['catalogue.json']);
  });

  it('says that there is no catalogue, or a wrong one', async () => {
    const folder = temporaryFolder();
    await expect(editCatalogue(folder, () => {})).rejects.toThrow(/cannot read a catalogue/);
    const nowhere = join(folder, 'nowhere');
    await expect(editCatalogue(nowhere, () => {})).rejects.toThrow(/nowhere: no such folder/);
    expect(existsSync(nowhere)).toBe(false);
    writeFileSync(join(folder, 'catalogue.json'), '{"name":"X"}');
    await expect(editCatalogue(folder, () => {})).rejects.toThrow(/field name: must be/);
  });

  it('takes over from a process that was killed', async () => {
    const folder = await begun();
    leaveLockBehind(join(folder, 'catalogue.json.lock'));
    await editCatalogue(folder, ({ models }) => models.push(entry('second')));
    expect(listCatalogue(folder).models).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(['catalogue.json']);
  });

  it('loses no change of several processes', async () => {
    const folder = await begun();
    const script = join(folder, 'add.mjs');
    const edit = new URL(
      '../../../../../lib/evaluation/models/edit/edit-catalogue.ts',
      import.meta.url,
    ).href;
    writeFileSync(
      script,
      `import { editCatalogue } from ${JSON.stringify(edit)};
       const entry = ${JSON.stringify(entry('x'))};
       for (let i = 0; i < 5; i++) {
         await editCatalogue(${JSON.stringify(folder)}, ({ models }) =>
           models.push({ ...entry, name: process.argv[2] + i }));
       }`,
    );
    const ends = ['a', 'b', 'c', 'd'].map((name) => once(fork(script, [name]), 'exit'));
    expect((await Promise.all(ends)).map(([code]) => code)).toEqual([0, 0, 0, 0]);
    const names = listCatalogue(folder).models.map(({ name }) => name);
    expect(names).toHaveLength(21);
    expect(new Set(names).size).toBe(21);
  });
});
