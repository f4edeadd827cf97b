import type { UploadRow } from '../../lib/evaluation/experiments/uploads-report.ts';
import { plainTable } from './output.ts';

/** A row for each way to send pictures, and a column for each link. */
export function uploadsTable(uploads: readonly UploadRow[]): string {
  const links = Object.keys(uploads[0]?.byLink ?? {});
  const table = plainTable(
    [
      ...['what is sent', 'KB', 'accuracy %', 'reliance %'],
      ...links.map((name) => `${name}\naccuracy %`),
    ],
    { textColumns: 1, compact: true },
  );
  for (const { upload, meanBytes, accuracyPct, reliancePct, byLink } of uploads) {
    table.push([
      ...[upload, (meanBytes / 1_000).toFixed(1), accuracyPct.toFixed(2), reliancePct.toFixed(2)],
      ...links.map((name) => byLink[name]?.toFixed(2) ?? ''),
    ]);
  }
  return table.toString();
}
