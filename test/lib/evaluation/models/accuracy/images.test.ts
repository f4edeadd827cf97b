import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findImages, someOf } from '../../../../../lib/evaluation/models/accuracy/images.ts';
import { colours } from '../../../../fixtures/colours.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

function folderOf(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

function truths(folder: string, path = folder): [string, number][] {
  return findImages(path, colours).map(({ name, label }) => [relative(folder, name), label]);
}

describe('findImages', () => {
  it('takes the label from the sub-folder', async () => {
    const folder = folderOf({
      'red/b.jpg': '',
      'red/a.PNG': '',
      'Blue/deep/x.webp': 'bytes',
      'blue/notes.txt': '',
    });
    expect(truths(folder)).toEqual([
      ['Blue/deep/x.webp', 2],
      ['red/a.PNG', 0],
      ['red/b.jpg', 0],
    ]);
    const [image] = findImages(folder, colours);
    expect(String(await image?.read())).toBe('bytes');
  });

  it('takes the class index from the name', async () => {
    const folder = folderOf({ '0002_any thing.jpg': '', '1_2_x.jpeg': '', 'README.md': '' });
    expect(truths(folder)).toEqual([
      ['0002_any thing.jpg', 2],
      ['1_2_x.jpeg', 1],
    ]);
  });

  it.each([
    ['a heading', 'file,label\n'],
    ['a byte-order mark', '\ufefffile,label\n'],
    ['a blank line', '\n'],
    ['no heading', ''],
  ])('takes file and label from a CSV with %s', async (_, heading) => {
    const rows = 'a.jpg,blue\n"with, comma.jpg","red"\nsub/c.jpg,1\n';
    const files = { 'a.jpg': '', 'with, comma.jpg': '', 'sub/c.jpg': '', 'not-listed.jpg': '' };
    const folder = folderOf({ ...files, 'truth.csv': heading + rows });
    const expected = [
      ['a.jpg', 2],
      ['with, comma.jpg', 0],
      ['sub/c.jpg', 1],
    ];
    expect(truths(folder)).toEqual(expected);
    expect(truths(folder, join(folder, 'truth.csv'))).toEqual(expected);
  });

  it.each([
    ['no truth', { 'photo.jpg': '' }, /photo\.jpg: its label is not known; put images into sub-/],
    ['a folder of no label', { 'cow/a.jpg': '' }, /cow\/a\.jpg: "cow" is neither a label/],
    ['an index beyond the labels', { '0003_x.jpg': '' }, /"0003" is neither .* 0 to 2/],
    ['no images', { 'a.txt': '' }, /no images in it/],
    ['several CSVs', { 'a.csv': '', 'b.csv': '' }, /several CSV files/],
    ['a CSV of missing files', { 'a.csv': 'file,label\nx.jpg,red' }, /a\.csv, line 2: no file/],
    ['a CSV whose first file is missing', { 'a.csv': 'x.jpg,red' }, /line 1: no file .*x\.jpg/],
    ['a CSV without labels', { 'x.jpg': '', 'a.csv': 'x.jpg' }, /line 1: must be file,label/],
    ['a CSV in UTF-16', { 'a.csv': 'x\0,\0r\0' }, /a\.csv: .* it is UTF-16 \(little-endian\)/],
    ['a CSV of other labels', { 'x.jpg': '', 'a.csv': 'x.jpg,cow' }, /line 1: "cow" is neither/],
  ])('says plainly that there is %s', async (_, files, message) => {
    const folder = folderOf(files as Record<string, string>);
    expect(() => findImages(folder, colours)).toThrow(message);
  });

  it('says plainly that there is no such folder', async () => {
    expect(() => findImages('./nowhere', colours)).toThrow(/nowhere: no such file or/);
    const folder = folderOf({ 'x.txt': '' });
    expect(() => findImages(join(folder, 'x.txt'), colours)).toThrow(/neither a folder/);
  });
});

describe('someOf', () => {
  it('spreads over all', () => {
    expect(someOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([1, 5, 8]);
    expect(someOf([1, 2], 5)).toEqual([1, 2]);
  });
});
