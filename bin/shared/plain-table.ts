import Table from 'cli-table3';

/** A table without colours, its first columns to the left and the others, numbers, to the right. */
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
