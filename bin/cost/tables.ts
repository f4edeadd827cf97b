import type { CostReport } from '../../lib/evaluation/cost/report.ts';
import { plainTable } from '../shared/output.ts';

/** A cost estimate for people: by model, by item, and against the most accurate model alone. */
export function describeCost(report: CostReport): string {
  const { estimate, mostAccurate, savingPct, region, architecture, pricesAsOf } = report;
  const accurate = mostAccurate.models[0];
  const verdict =
    savingPct >= 0
      ? `${savingPct.toFixed(1)} % less than`
      : `${(-savingPct).toFixed(1)} % more than`;
  return [
    `${count(report.requestsPerMonth)} requests a month; list prices of ${region} as of ${pricesAsOf}, ${architecture}, no free tier, USD`,
    ...(report.simulated ? [mixLine(report.simulated)] : []),
    modelTable(estimate.models),
    itemTable(estimate),
    ...(report.sizes ? [sizeTable(report.sizes)] : []),
    `${usd(estimate.totalUsd)} a month, ${usd(estimate.usdPerMillionRequests)} a million requests, mean top-1 ${estimate.accuracyPct.toFixed(2)} %`,
    observabilityLine(estimate),
    `${verdict} ${accurate?.name} alone: ${usd(mostAccurate.totalUsd)} a month, top-1 ${mostAccurate.accuracyPct.toFixed(2)} %`,
  ].join('\n');
}

function mixLine(simulated: NonNullable<CostReport['simulated']>): string {
  const { strategy, slaMs, networkMeanMs, networkStdMs } = simulated;
  return `mix as ${strategy} chooses with an SLA of ${slaMs} ms over a network of ${networkMeanMs} ± ${networkStdMs} ms (simulated)`;
}

function modelTable(models: CostReport['estimate']['models']): string {
  const head = ['model', 'top-1 %', 'share %', 'ms', 'MB', 'calls', 'function $', 'selector $'];
  const table = plainTable(head, { compact: true });
  for (const model of models) {
    table.push([
      model.name,
      model.accuracyPct.toFixed(2),
      (100 * model.share).toFixed(1),
      model.serviceMs.toFixed(1),
      model.memoryMb,
      count(model.calls),
      model.functionUsd.toFixed(2),
      model.selectorUsd.toFixed(2),
    ]);
  }
  return table.toString();
}

function itemTable({ items, totalUsd }: CostReport['estimate']): string {
  const table = plainTable(['item', 'unit', 'quantity', '$'], { textColumns: 2, compact: true });
  for (const item of items) {
    table.push([item.item, item.unit, count(item.quantity), item.usd.toFixed(2)]);
  }
  table.push(['total', '', '', totalUsd.toFixed(2)]);
  return table.toString();
}

function sizeTable(sizes: NonNullable<CostReport['sizes']>): string {
  const head = ['every model at MB', 'top-1 %', '$ a month', '$ a million'];
  const table = plainTable(head, { compact: true });
  for (const { sizesMb, accuracyPct, totalUsd, usdPerMillionRequests } of sizes) {
    table.push([
      ...[sizesMb.join(' + '), accuracyPct.toFixed(2)],
      ...[totalUsd.toFixed(2), usdPerMillionRequests.toFixed(2)],
    ]);
  }
  return table.toString();
}

function usd(value: number): string {
  return `$${value.toFixed(2)}`;
}

function observabilityLine({ items, observabilityUsd, totalUsd }: CostReport['estimate']): string {
  const parts = items
    .filter(({ observability }) => observability)
    .map(({ item, usd: part }) => `${item.toLowerCase()} ${usd(part)}`);
  const share = (100 * observabilityUsd) / totalUsd;
  return `observability ${usd(observabilityUsd)}, ${share.toFixed(1)} % of it: ${parts.join(', ')}`;
}

/** A number with separators; small fractions with two decimals. */
function count(value: number): string {
  const digits = value < 100 && !Number.isInteger(value) ? 2 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
