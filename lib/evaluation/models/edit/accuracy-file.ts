import { csvParseRows } from 'd3-dsv';
import { z } from 'zod';
import { CatalogueError, parseFile, readJson, readText } from '../../../service/catalogue/load.ts';

const accuracies = z.record(z.string(), z.number().min(0).max(100));

/**
 * Reads the top-1 accuracy of several models: JSON `{"resnet": 76.1}`, or CSV of `name,accuracy` with or without a header.
 *
 * @returns percent by the models' names
 * @throws {@link CatalogueError} naming the file and the line or field that is wrong
 */
export function readAccuracies(path: string): ReadonlyMap<string, number> {
  if (path.toLowerCase().endsWith('.json')) {
    return new Map(Object.entries(parseFile(accuracies, readJson(path, 'accuracies'), path)));
  }
  const found = new Map<string, number>();
  csvParseRows(readText(path, 'accuracies')).forEach((row, i) => {
    const [name = '', text = '', ...more] = row.map((field) => field.trim());
    const percent = text === '' ? Number.NaN : Number(text);
    if (row.join('') === '' || (i === 0 && /^[a-z]/i.test(text))) return;
    const wrong = (what: string) => new CatalogueError(`${path}, line ${i + 1}: ${what}`);
    if (name === '' || more.length > 0 || !(percent >= 0 && percent <= 100)) {
      throw wrong(`must be name,accuracy in percent, not "${row.join()}"`);
    }
    if (found.has(name)) throw wrong(`"${name}" is there twice`);
    found.set(name, percent);
  });
  return found;
}
