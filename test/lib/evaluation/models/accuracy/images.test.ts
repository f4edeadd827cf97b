import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findImages, someOf } from '../../../../../lib/evaluation/models/accuracy/images.ts';
import { colours } from '../../../../fixtures/colours.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const jpeg = '\xff\xd8\xff\xe0';

function folderOf(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // Images are written byte by byte; only a byte-order mark is none.
    writeFileSync(join(folder, name), content, content.startsWith('\ufeff') ? 'utf8' : 'latin1');
  }
  return folder;
}

function truths(folder: string, path = folder): [string, number][] {
  const { images } = findImages(path, colours);
  return images.map(({ name, label }) => [relative(folder, name), label]);
}

describe('findImages', () => {
  it('takes the label from the sub-folder', async () => {
    const folder = folderOf({
      'red/b.jpg': jpeg,
      'red/a.PNG': '\x89PNG',
      'Blue/deep/x.webp': 'RIFF1234WEBP',
      'blue/notes.txt': '',
    });
    expect(truths(folder)).toEqual([
      ['Blue/deep/x.webp', 2],
      ['red/a.PNG', 0],
      ['red/b.jpg', 0],
    ]);
    const [image] = findImages(folder, colours).images;
    expect(String(await image?.read())).toBe('RIFF1234WEBP');
  });

  it('takes the class index from the name', async () => {
    const folder = folderOf({ '0002_any thing.jpg': jpeg, '1_2_x.jpeg': jpeg, 'README.md': '' });
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
    const names = ['a.jpg', 'with, comma.jpg', 'sub/c.jpg', 'not-listed.jpg'];
    const files = Object.fromEntries(names.map((name) => [name, jpeg]));
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
    ['no truth', { 'photo.jpg': jpeg }, /photo\.jpg: its label is not known; put images into sub-/],
    ['a folder of no label', { 'cow/a.jpg': jpeg }, /cow\/a\.jpg: "cow" is neither a label/],
    ['an index beyond the labels', { '0003_x.jpg': jpeg }, /"0003" is neither .* 0 to 2/],
    ['no images', { 'a.txt': '' }, /no images in it/],
    ['several CSVs', { 'a.csv': '', 'b.csv': '' }, /several CSV files/],
    ['a CSV of missing files', { 'a.csv': 'file,label\nx.jpg,red' }, /a\.csv, line 2: no file/],
    ['a CSV whose first file is missing', { 'a.csv': 'x.jpg,red' }, /line 1: no file .*x\.jpg/],
    ['a CSV without labels', { 'x.jpg': jpeg, 'a.csv': 'x.jpg' }, /line 1: must be file,label/],
    ['a CSV of other labels', { 'x.jpg': jpeg, 'a.csv': 'x.jpg,cow' }, /line 1: "cow" is neither/],
    ['a CSV in UTF-16', { 'a.csv': 'x\0,\0r\0' }, /a\.csv: .* it is UTF-16 \(little-endian\)/],
  ])('says plainly that there is %s', async (_, files, message) => {
    const folder = folderOf(files as Record<string, string>);
    expect(() => findImages(folder, colours)).toThrow(message);
  });

  it('tells what is an image by its bytes, whatever its name is', () => {
    const folder = folderOf({
      'red/a.jfif': jpeg,
      'red/b.JPE': jpeg,
      'red/c': jpeg,
      'red/d.heic': '\x89PNG',
      'red/.hidden.jpg': '\0\x05\x16\x07',
    });
    const names = ['a.jfif', 'b.JPE', 'c', 'd.heic'].map((name) => [`red/${name}`, 0]);
    expect(truths(folder)).toEqual(names);
    expect(findImages(folder, colours).leftOut).toEqual([]);
  });

  it('names what it leaves out: pictures of other formats, and what has the name of a picture', () => {
    const files = {
      'red/a.jpg': jpeg,
      'red/b.HEIC': '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
      'red/b.MOV': '\0\0\0\x14ftypqt  ',
      'red/c': 'GIF89a',
      'e.jpg': '<!DOCTYPE html>',
      'red/f.jpeg': '',
      'red/g.png': 'version https://git-lfs.github.com/spec/v1',
      'red/labels.json': '{"a": 1}',
      'red/notes.html': '<html>',
    };
    const folder = folderOf(files);
    const expected = [
      ['e.jpg', 'it is an HTML page (it was saved in the place of a picture)'],
      ['red/b.HEIC', expect.stringMatching(/^it is a HEIC \(/)],
      ['red/b.MOV', expect.stringMatching(/^it is a MOV film/)],
      ['red/c', 'it is a GIF'],
      ['red/f.jpeg', 'it is empty'],
      ['red/g.png', expect.stringMatching(/^it is a Git LFS pointer/)],
    ];
    const leftOutOf = (path: string) =>
      findImages(path, colours).leftOut.map(({ name, why }) => [relative(folder, name), why]);
    expect(leftOutOf(folder)).toEqual(expected);
    // A CSV says that they are labelled: none is passed over without a word.
    const csv = Object.keys(files).map((name) => `${name},red\n`);
    writeFileSync(join(folder, 'truth.csv'), csv.join(''));
    expect(leftOutOf(folder).toSorted()).toEqual(expected);
  });

  it('says what there is where there are no images', () => {
    const folder = folderOf({ 'red/a.gif': 'GIF89a' });
    expect(() => findImages(folder, colours)).toThrow(
      'no images in it (JPEG, PNG or WebP); a.gif: it is a GIF',
    );
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
