import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as selection from '../../../lib/core/selection/index.ts';

/** An example of a doc comment: `expression; // => value` in it says what comes out. */
interface Example {
  readonly file: string;
  readonly code: string;
}

const examples: Example[] = globSync('lib/core/{selection,statistics}/*.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/@example\n \* ```ts\n([\s\S]*?) \* ```/g)].map(
    ([, lines = '']) => ({ file, code: lines.replaceAll(/^ \* ?/gm, '') }),
  ),
);

function run(code: string): void {
  const body = stripTypeScriptTypes(code)
    .replaceAll(/^import (\{.*\}) from 'mdinference\/selection';$/gm, 'const $1 = selection;')
    .replaceAll(/^(.+); \/\/ => (.+)$/gm, 'expect($1).toEqual($2);');
  expect(body).toContain('expect(');
  expect(body).not.toMatch(/^import /m);
  new Function('selection', 'expect', body)(selection, expect);
}

describe('the examples of doc comments', () => {
  it.each(examples)('$file: $code', ({ code }) => run(code));

  it('are there for every public function and class', () => {
    const imported = examples.flatMap(
      ({ code }) => code.match(/(?<=import \{ ).*(?= \})/)?.[0] ?? [],
    );
    const functions = Object.keys(selection).filter((name) => /^[a-z]\w+$|Times$/.test(name));
    expect(new Set(imported.join(', ').split(', '))).toEqual(
      new Set(functions.filter((name) => !['explorationShare', 'strategyNames'].includes(name))),
    );
  });
});
