import { findDominated } from '../../lib/core/selection/ranking.ts';
import { isFetched } from '../../lib/service/catalogue/load.ts';
import { plainTable } from '../shared/output.ts';
import { type AskedModels, chooseModels, noteDominated, ratedByCatalogue } from './choose.ts';

/** `mdi models list`: the models of a catalogue. */
export function list(chosen: AskedModels, { json }: { json?: true }): void {
  const { directory, catalogue, models } = chooseModels(chosen);
  const rated = ratedByCatalogue(catalogue);
  const dominatedBy = new Map(
    [...findDominated(rated)].map(([{ name }, better]) => [name, better.name]),
  );
  const rows = models.map((model) => ({
    model: model.name,
    version: model.version,
    accuracyPct: model.accuracyPct ?? null,
    meanMs: model.reference?.meanMs ?? null,
    bytes: model.bytes,
    licence: model.licence,
    fetched: isFetched(directory, model),
    dominatedBy: dominatedBy.get(model.name) ?? null,
    unverified: model.unverified ?? null,
  }));
  if (json) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  const head = ['model', 'licence', 'top-1 %', 'ms', 'MB', ''];
  const table = plainTable(head, { textColumns: 2, compact: true });
  for (const row of rows) {
    table.push([
      row.model,
      row.licence,
      row.accuracyPct?.toFixed(2) ?? 'unknown',
      row.meanMs?.toPrecision(3) ?? '',
      (row.bytes / 1e6).toFixed(1),
      [
        ...(catalogue.ladder?.includes(row.model) ? ['ladder'] : []),
        ...(row.fetched ? [] : ['not fetched']),
        ...(row.unverified ? ['unverified'] : []),
        ...(row.dominatedBy ? ['dominated'] : []),
      ].join(', '),
    ]);
  }
  console.log(table.toString());
  noteDominated(rated);
}
