import type { Result } from '../engine/cells/run-cells.ts';
import { paperNetwork } from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import { linePanels } from '../figures/line-panels.ts';
import { selectorSeries } from '../figures/theme.ts';
import {
  bySelector,
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
  isAsPaper,
  outcomeAt,
  pointsOverSla,
  range,
} from './experiment.ts';

const selectors = ['three-stage-as-printed', 'static-greedy'] as const;

/** Figure 3a: MDInference against static greedy, latency and accuracy over the SLA. */
export const fig3a: Experiment = {
  name: 'fig3a',
  title: 'Selecting for each request keeps the SLA that a static choice misses',
  source: 'Figure 3a',
  plan: (inputs) =>
    gridCells(inputs, {
      profiles: profileSets.table3,
      networks: [paperNetwork],
      slasMs: range(0, 250, 5),
      selectors,
    }),
  report,
};

/** MDInference compared with static greedy at one SLA. */
interface Comparison {
  readonly slaMs: number;
  readonly fasterPct: number;
  readonly accuracyGapPct: number;
}

function report(results: readonly Result[], inputs: Inputs): Findings {
  const comparisons = compare(results);
  const fastest = comparisons.reduce((a, b) => (b.fasterPct > a.fasterPct ? b : a));
  const widest = comparisons.reduce((a, b) => (b.accuracyGapPct > a.accuracyGapPct ? b : a));
  const kept = firstSlaKept(results, 'three-stage-as-printed');
  const keptByGreedy = firstSlaKept(results, 'static-greedy');
  const gapAt = (slaMs: number) =>
    comparisons.find((comparison) => comparison.slaMs === slaMs)?.accuracyGapPct;
  return {
    headline: {
      value: `${fastest.fasterPct.toFixed(1)} %`,
      what: `faster than static greedy, at an SLA of ${fastest.slaMs} ms${isAsPaper(inputs) ? '; the paper: 42 to 43 %' : ''}`,
    },
    says:
      `MDInference is up to ${fastest.fasterPct.toFixed(1)} % faster than the static greedy choice ` +
      `(at an SLA of ${fastest.slaMs} ms). Its mean latency is within the SLA ${fromOn(kept)}, static ` +
      `greedy’s ${fromOn(keptByGreedy)}. ` +
      'Bands are one standard deviation.',
    summary: comparedRows(inputs, [
      {
        condition: `largest over all SLAs, here at ${fastest.slaMs} ms`,
        metric: 'latency below static greedy, %',
        ...{ paper: 43, ours: fastest.fasterPct },
      },
      {
        condition: 'SLA 115 ms, MDInference',
        metric: 'accuracy, %',
        ...{ paper: 68, ours: outcomeAt(results, 'three-stage-as-printed', 115)?.accuracyPct },
      },
      {
        condition: 'SLA 250 ms',
        metric: 'accuracy below static greedy, points',
        ...{ paper: 0, ours: gapAt(250) },
      },
      {
        condition: `largest over all SLAs, here at ${widest.slaMs} ms`,
        metric: 'accuracy below static greedy, points',
        ...{ paper: 12, ours: widest.accuracyGapPct },
      },
      {
        condition: 'MDInference',
        metric: 'shortest SLA that the mean latency keeps, ms',
        ...{ paper: 115, ours: kept },
      },
      {
        condition: 'static greedy',
        metric: 'shortest SLA that the mean latency keeps, ms',
        ...{ paper: 200, ours: keptByGreedy },
      },
    ]),
    figure: figureOf(results),
  };
}

function compare(results: readonly Result[]): Comparison[] {
  return bySelector(results, 'three-stage-as-printed').flatMap(({ cell: { slaMs }, outcome }) => {
    const greedy = outcomeAt(results, 'static-greedy', slaMs);
    if (!greedy) return [];
    const fasterPct = 100 * (1 - outcome.meanMs / greedy.meanMs);
    return [{ slaMs, fasterPct, accuracyGapPct: greedy.accuracyPct - outcome.accuracyPct }];
  });
}

function fromOn(slaMs: number | undefined): string {
  return slaMs === undefined ? 'at none of these' : `from ${slaMs} ms on`;
}

/** The shortest SLA from which on the mean latency is within the SLA. */
function firstSlaKept(results: readonly Result[], selector: (typeof selectors)[number]) {
  const own = bySelector(results, selector);
  const lastMissed = own.findLastIndex(({ cell, outcome }) => outcome.meanMs > cell.slaMs);
  return own[lastMissed + 1]?.cell.slaMs;
}

function figureOf(results: readonly Result[]) {
  const latencies = results.map(({ cell, outcome: { meanMs, stdMs } }) => ({
    x: cell.slaMs,
    series: selectorSeries[cell.selector].label,
    ...{ value: meanMs, low: meanMs - stdMs, high: meanMs + stdMs },
  }));
  return linePanels(
    'SLA, ms',
    selectors.map((name) => selectorSeries[name]),
    [
      {
        title: 'End-to-end latency, ms',
        points: latencies,
        step: 50,
        diagonal: 'SLA',
      },
      { title: 'Aggregate accuracy, %', points: pointsOverSla(results, 'accuracyPct'), step: 10 },
    ],
  );
}
