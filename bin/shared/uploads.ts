import { setImmediate } from 'node:timers/promises';
import type { Link } from '../../lib/evaluation/engine/network/links.ts';
import type { Ladder } from '../../lib/evaluation/engine/uploads/ladder.ts';
import type { LinkScenario } from '../../lib/evaluation/experiments/links-report.ts';
import {
  countUploads,
  runUploads,
  type UploadModels,
  type UploadRow,
} from '../../lib/evaluation/experiments/uploads-report.ts';
import { plainTable, progressBar } from './output.ts';

/** Sends pictures every way over every link, with a progress bar. */
export async function runUploadsShown(
  links: readonly Link[],
  ladder: Ladder,
  scenario: LinkScenario,
  models: readonly UploadModels[],
): Promise<UploadRow[]> {
  const bar = progressBar('ways to send');
  bar.start(countUploads(links, ladder, models), 0);
  return runUploads(links, ladder, scenario, models, async () => {
    bar.increment();
    await setImmediate();
  }).finally(() => bar.stop());
}

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
