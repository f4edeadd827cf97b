import type { Findings, FindingsTable, Inputs, SummaryRow } from './experiment.ts';
import { comparedRows } from './experiment.ts';
import { linkModels, type UploadModels, type UploadRow } from './uploads-report.ts';

/** The models that pictures are sent to: the user's, or the authors' with the SLAs of `mdi simulate links`. */
export function uploadModelsOf({
  profiles,
  slasMs,
}: Pick<Inputs, 'profiles' | 'slasMs'>): UploadModels[] {
  return linkModels
    .map((own) => ({
      models: profiles?.models ?? own.models,
      slasMs: slasMs ?? own.slasMs,
    }))
    .slice(0, profiles ? 1 : undefined);
}

/** Ways that need nothing of a service (the file, or the file scaled down), the view, and the choice. */
export function waysInUse(rows: readonly UploadRow[]): UploadRow[] {
  return rows.filter(
    ({ upload }) => upload === 'view' || upload === 'adaptive' || !upload.startsWith('view'),
  );
}

/** What pictures are sent as over recorded links, as a table and as rows of the summary; nothing where that was not run. */
export function uploadsFindings(
  inputs: Inputs,
  rows: readonly UploadRow[] = [],
): Pick<Findings, 'uploads' | 'summary'> {
  if (rows.length === 0) return { summary: [] };
  return { uploads: tableOf(rows), summary: summaryOf(inputs, rows) };
}

function tableOf(rows: readonly UploadRow[]): FindingsTable {
  const links = Object.keys(rows[0]?.byLink ?? {});
  return {
    head: ['what is sent', 'KB', 'accuracy %', 'on-device reliance %', ...links],
    textColumns: 1,
    own: rows.flatMap(({ upload }, i) => (upload === 'adaptive' ? [i] : [])),
    rows: rows.map(({ upload, meanBytes, accuracyPct, reliancePct, byLink }) => [
      ...[upload, (meanBytes / 1_000).toFixed(1), accuracyPct.toFixed(2), reliancePct.toFixed(2)],
      ...links.map((link) => byLink[link]?.toFixed(2) ?? ''),
    ]),
  };
}

function summaryOf(inputs: Inputs, rows: readonly UploadRow[]): Omit<SummaryRow, 'experiment'>[] {
  return comparedRows(
    inputs,
    rows.flatMap(({ upload, accuracyPct, meanBytes }) => {
      const condition = `recorded links, sent: ${upload}`;
      return [
        { condition, metric: 'accuracy, %', ours: accuracyPct },
        { condition, metric: 'upload, KB', ours: meanBytes / 1_000 },
      ];
    }),
  );
}
