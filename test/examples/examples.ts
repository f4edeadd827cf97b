import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { clientEntries } from '../../scripts/client-entries.ts';

/** An `@example` in a TSDoc comment. */
export interface Example {
  /** The source file and the number of the example in it. */
  readonly name: string;
  /** Its code, with the packages' names. */
  readonly code: string;
}

/** Where the sources of the packages' entries are. */
export const entries: ReadonlyMap<string, string> = new Map([
  ['mdinference', 'lib/index.ts'],
  ['mdinference/selection', 'lib/core/selection/index.ts'],
  ...clientEntries.map((name) => {
    const specifier = name === 'index' ? '@mdinference/client' : `@mdinference/client/${name}`;
    return [specifier, `lib/client/${name}.ts`] as const;
  }),
]);

const comment = /\/\*\*.*?\*\//gs;
const example = /@example\s*```ts\n(.*?)^```$/gms;

/** The examples of all sources. */
export function findExamples(): Example[] {
  return globSync('lib/**/*.ts').sort().flatMap(examplesOf);
}

function examplesOf(path: string): Example[] {
  const comments = [...readFileSync(path, 'utf8').matchAll(comment)].map(([text]) => plain(text));
  const codes = comments.flatMap((text) => [...text.matchAll(example)].map(([, code]) => code));
  return codes.map((code = '', index) => {
    const file = path.replace(/^lib\//, '').replace(/\.ts$/, '');
    return { name: codes.length > 1 ? `${file}-${index + 1}` : file, code };
  });
}

function plain(text: string): string {
  return text.replaceAll(/^[ \t]*(\/\*\*|\*\/|\* ?)/gm, '');
}

/**
 * An example as a file in `folder`: it imports the sources, and `expression; // => value` expects the
 * value.
 */
export function runnable({ code }: Example, folder: string): string {
  const imports = code.replaceAll(/from '([^']+)'/g, (all, specifier: string) => {
    const source = entries.get(specifier);
    return source ? `from '${relative(folder, source).replaceAll('\\', '/')}'` : all;
  });
  const expecting = imports.replaceAll(/^(.+); \/\/ => (.+)$/gm, 'expect($1).toEqual($2);');
  return expecting === imports ? imports : `import { expect } from 'vitest';\n${expecting}`;
}

/** The names that an example imports from the packages. */
export function importsOf({ code }: Example): string[] {
  const imports = code.matchAll(/import \{([^}]*)\} from '([^']+)'/g);
  return [...imports]
    .filter(([, , specifier = '']) => entries.has(specifier))
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
    .filter((name) => name !== '');
}
