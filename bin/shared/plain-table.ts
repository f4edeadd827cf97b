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
