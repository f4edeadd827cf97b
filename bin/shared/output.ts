import { relative } from 'node:path';
import cliProgress from 'cli-progress';
import Table from 'cli-table3';

/** A table without colours; the first columns are left-aligned, the others, numbers, right-aligned. */
export function plainTable(
  head: string[],
  { textColumns = 1, compact = false }: { textColumns?: number; compact?: boolean } = {},
): Table.Table {
  return new Table({
    head,
    colAligns: head.map((_, i) => (i < textColumns ? 'left' : 'right')),
    style: { head: [], border: [], compact },
  });
}

/** A progress bar on standard error that disappears when it is done; silent without a terminal. */
export function progressBar(what: string): cliProgress.SingleBar {
  return new cliProgress.SingleBar({
    format: `{bar} {percentage} % | {value} of {total} ${what}`,
    clearOnComplete: true,
    stream: process.stderr,
  });
}

/** Prints a note on standard error: the result on standard output may be read by a program. */
export function note(text: string): void {
  console.error(`Note: ${text}`);
}

/** A path as people write it: relative to the working directory when it is inside. */
export function shortPath(path: string): string {
  const fromHere = relative('', path);
  if (fromHere === '') return '.';
  return fromHere.startsWith('..') ? path : fromHere;
}
