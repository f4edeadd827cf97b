import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const pages = globSync([
  ...['*.md', '.github/*.md', 'docs/**/*.md', 'models/*/*.md', 'layers/*/*.md'],
  ...['examples/*/*.md', 'test/vectors/*.md'],
]);

/** Links to something in the repository: `[text](target)`, code blocks left out. */
function linksOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('documentation', () => {
  it('has pages with links', () => {
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(50);
  });

  it.each(pages)('links to what exists: %s', (page) => {
    for (const link of linksOf(page)) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(target), `${link}: no such file`).toBe(true);
      if (anchor === undefined || !statSync(target).isFile()) continue;
      expect(anchorsOf(target), `${link}: no such heading`).toContain(anchor);
    }
  });

  it.each(pages)('names files that exist: %s', (page) => {
    const text = readFileSync(page, 'utf8');
    const named = text.matchAll(/`((?:lib|bin|functions|scripts|bench|test)\/[\w./-]+\.\w+)`/g);
    for (const [, path = ''] of named) expect(existsSync(path), path).toBe(true);
  });
});
