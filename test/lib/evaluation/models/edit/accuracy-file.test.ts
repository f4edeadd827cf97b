import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAccuracies } from '../../../../../lib/evaluation/models/edit/accuracy-file.ts';
import { CatalogueError } from '../../../../../lib/service/catalogue/load.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const folder = temporaryFolder();
const read = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return readAccuracies(join(folder, name));
};

describe('readAccuracies', () => {
  it.each([
    ['a.csv', 'name,accuracy\r\nresnet,76.1\r\nvit, 81\r\n'],
    ['a.csv', '\ufeffresnet,76.1\nvit,81\n\n'],
    ['a.json', '{"resnet": 76.1, "vit": 81}'],
  ])('reads %s: %j', (name, content) => {
    expect([...read(name, content)]).toEqual([
      ['resnet', 76.1],
      ['vit', 81],
    ]);
  });

  it.each([
    ['a.csv', 'resnet,76,1', /a\.csv, line 1: must be name,accuracy in percent, not "resnet,76,1"/],
    ['a.csv', 'name,accuracy\nresnet,', /line 2: must be/],
    ['a.csv', 'resnet,101', /line 1: must be/],
    ['a.csv', 'a,1\na,2', /line 2: "a" is there twice/],
    ['a.json', '{"resnet": "76"}', /a\.json: field resnet/],
  ])('refuses %s: %j', (name, content, message) => {
    expect(() => read(name, content)).toThrow(CatalogueError);
    expect(() => read(name, content)).toThrow(message);
  });
});
