import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CatalogueError } from '../../../lib/service/catalogue/load.ts';
import { modelFunctionsFile, readModelFunctions } from '../../../lib/service/model-functions.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

function folderWith(text: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, modelFunctionsFile), text);
  return folder;
}

describe('readModelFunctions', () => {
  it('reads what to invoke by the model’s name', () => {
    expect(readModelFunctions(folderWith('{"plain":"fn-plain:live"}'))).toEqual({
      plain: 'fn-plain:live',
    });
  });

  it.each(['{', '["plain"]', '{"plain":""}'])('refuses %s, naming the file', (text) => {
    expect(() => readModelFunctions(folderWith(text))).toThrow(CatalogueError);
    expect(() => readModelFunctions(folderWith(text))).toThrow(/functions\.json: /);
  });
});
