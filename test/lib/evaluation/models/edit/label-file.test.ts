import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabelFile } from '../../../../../lib/evaluation/models/edit/label-file.ts';
import { CatalogueError } from '../../../../../lib/service/catalogue/load.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const path = join(temporaryFolder(), 'labels');
const read = (content: string | Buffer) => {
  writeFileSync(path, content);
  return readLabelFile(path);
};

describe('readLabelFile', () => {
  it.each([
    ['lines', 'cat\ndog\nbig cow'],
    ['lines with an end', 'cat\ndog\nbig cow\n'],
    ['lines of Windows', 'cat\r\ndog\r\nbig cow\r\n'],
    ['lines of old Macs', 'cat\rdog\rbig cow'],
    ['lines with spaces and a byte-order mark', '\ufeffcat \n dog\nbig cow\n'],
    ['a list', '["cat", "dog", "big cow"]'],
    ['a list with a byte-order mark', '\ufeff\n["cat", "dog", "big cow"]'],
    ['an object', '{"0": "cat", "1": "dog", "2": "big cow"}'],
    ['an object in another order', '{"2": "big cow", "1": "dog", "0": "cat"}'],
    ['Hugging Face’s config.json', '{"id2label": {"0": "cat", "1": "dog", "2": "big cow"}}'],
    ['timm’s', '{"label_names": ["cat", "dog", "big cow"], "num_classes": 3}'],
    ['a catalogue', '{"name": "pets", "labels": ["cat", "dog", "big cow"]}'],
  ])('takes %s', (_, content) => {
    expect(read(content)).toEqual(['cat', 'dog', 'big cow']);
  });

  it.each([
    ['an empty line', 'cat\n\ndog\n', /labels, line 2: is empty, but each line is one label$/],
    ['two empty lines at the end', 'cat\ndog\n\n', /line 3: is empty/],
    ['only one label', 'cat\n', /labels: the file: /],
    ['a gap', '{"0": "cat", "2": "dog"}', /2 labels, but none with the index "1"/],
    ['numbers by label', '{"cat": 0, "dog": 1}', /must be a list, or an object from "0" on/],
    ['numbers', '[1, 2]', /labels: field 0: /],
    ['broken JSON', '["cat", ', /labels: not JSON: /],
    ['UTF-16', Buffer.from('\ufeff["cat", "dog"]', 'utf16le'), /labels: .* it is UTF-16/],
  ])('refuses %s', (_, content, message) => {
    expect(() => read(content)).toThrow(CatalogueError);
    expect(() => read(content)).toThrow(message);
  });
});
