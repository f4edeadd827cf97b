import { group } from 'd3-array';
import type { LeftOut } from '../../lib/evaluation/models/accuracy/picture-file.ts';
import { note, shortPath } from './output.ts';

/** As many names are printed of files with the same fault. */
const mostNames = 10;

/** Notes which pictures were left out and why, if any: how many, and their names. */
export function noteLeftOut(leftOut: readonly LeftOut[]): void {
  for (const [why, files] of group(leftOut, (it) => it.why)) {
    const names = files.slice(0, mostNames).map(({ name }) => shortPath(name));
    const more = files.length > mostNames ? [`and ${files.length - mostNames} more`] : [];
    const count = files.length === 1 ? 'one picture' : `${files.length} pictures`;
    note(`${count} left out, ${[...names, ...more].join(', ')}: ${why}.`);
  }
}
