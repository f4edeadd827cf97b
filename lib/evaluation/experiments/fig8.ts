import type { Result } from '../engine/cells/run-cells.ts';
import { residential } from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import { selectorSeries } from '../figures/theme.ts';
import { timelines } from '../figures/timelines.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
} from './experiment.ts';

const selectors = [
  'static-latency',
  'static-accuracy',
  'pure-random',
  'three-stage-as-printed',
] as const;

/** The number of requests in the paper's figure. */
const requests = 20;

/** Figure 8: some requests over the residential network, one by one. */
export const fig8: Experiment = {
  name: 'fig8',
  title: 'Twenty requests, one by one',
  source: 'Figure 8',
  plan: (inputs) =>
    gridCells(
      { ...inputs, requests },
      { profiles: profileSets.p2, networks: [residential], slasMs: [250], selectors },
      { keepAnswers: true },
    ),
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  // One SLA in the figure, all of them in the summary.
  const slaMs = results[0]?.cell.slaMs ?? 0;
  const lateOf = ({ outcome }: Result) => Math.round((requests * outcome.reliancePct) / 100);
  const shown = results.filter(({ cell }) => cell.slaMs === slaMs);
  const late = shown.map(
    (result) => `${selectorSeries[result.cell.selector].label} ${lateOf(result)}`,
  );
  return {
    says:
      `The same ${requests} requests under each approach, the quickest way up first; the dashed line is ` +
      `the SLA of ${slaMs} ms. Late, and answered by the device: ${late.join(', ')}.`,
    summary: comparedRows(
      inputs,
      results.map((result) => ({
        condition: `${selectorSeries[result.cell.selector].label}, SLA ${result.cell.slaMs} ms`,
        metric: `late answers of ${requests}`,
        ours: lateOf(result),
      })),
    ),
    figure: timelines(
      slaMs,
      shown.map((result) => ({
        title: selectorSeries[result.cell.selector].label,
        rows: rowsOf(result),
      })),
    ),
  };
}

function rowsOf({ cell, outcome: { answers } }: Result) {
  const order = Array.from({ length: requests }, (_, i) => i).sort(
    (a, b) => (answers?.inputMs[a] ?? 0) - (answers?.inputMs[b] ?? 0),
  );
  return order.map((i) => ({
    inputMs: answers?.inputMs[i] ?? 0,
    serviceMs: answers?.serviceMs[i] ?? 0,
    outputMs: answers?.outputMs[i] ?? 0,
    inTime: (answers?.latencyMs[i] ?? 0) <= cell.slaMs,
  }));
}
