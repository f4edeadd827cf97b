import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';

// `npm run check` type-checks the files; here is that the documentation says the same.
describe('docs/client.md', () => {
  const text = readFileSync('docs/client.md', 'utf8');
  const snippets = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);

  it.each(globSync('test/lib/client/examples/*.ts').filter((path) => !path.endsWith('.d.ts')))(
    'shows %s',
    (path) => {
      expect(snippets, basename(path)).toContain(readFileSync(path, 'utf8'));
    },
  );

  it('shows nothing that is not checked', () => {
    const checked = globSync('test/lib/client/examples/*.ts').map((path) =>
      readFileSync(path, 'utf8'),
    );
    for (const snippet of snippets) expect(checked).toContain(snippet);
  });
});
