import { mostAccurate } from '../../core/selection/ranking.ts';
import { fits } from '../../core/selection/three-stage.ts';
import type { Candidate } from '../../core/selection/types.ts';
import type { Cell } from '../engine/cells/cell.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import { residential, university } from '../engine/network/networks.ts';
import { profileSets, withoutDeviceModel } from '../engine/profiles/profile-sets.ts';
import type { SelectorName } from '../engine/selectors.ts';
import { dotPanels } from '../figures/dot-panels.ts';
import { selectorSeries } from '../figures/theme.ts';
import {
  type Approach,
  type ApproachOutcome,
  approaches,
  type CloudChoice,
  type CloudRun,
  choicesOf,
  leastAccuracyPct,
  outcomeOfApproach,
} from './approaches.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
} from './experiment.ts';

/** The selector behind each of the cloud's answers; `cheapest` is not a selector's choice. */
const selectorOf: Readonly<Record<Exclude<CloudChoice, 'cheapest'>, SelectorName>> = {
  largest: 'static-accuracy',
  fastest: 'static-latency',
  greedy: 'static-greedy',
  mdinference: 'three-stage',
  expected: 'expected-accuracy',
  oracle: 'oracle',
};

/** Beyond the paper: what today's SDKs and servers do, beside MDInference. */
export const practice: Experiment = {
  name: 'practice',
  title: 'What SDKs and servers do today, beside MDInference',
  source: 'Table II, and beyond the paper',
  plan(inputs) {
    const cells = gridCells(
      inputs,
      {
        profiles: withoutDeviceModel(profileSets.p2),
        networks: [university, residential],
        slasMs: [100, 250],
        selectors: Object.values(selectorOf),
      },
      { keepAnswers: true },
    );
    return cells.flatMap((cell) =>
      cell.selector === 'static-latency' ? [cell, withCheapest(cell)] : [cell],
    );
  },
  report,
};

/** Given a latency and an accuracy, a server takes the cheapest model that meets both: the fastest one. */
function withCheapest(cell: Cell): Cell {
  const accurate = cell.models.filter(({ accuracyPct }) => accuracyPct >= leastAccuracyPct);
  const fitting = accurate.filter((model) => fits(model, cell.slaMs));
  const models: readonly Candidate[] =
    fitting.length > 0 ? fitting : accurate.length > 0 ? accurate : [mostAccurate(cell.models)];
  return { ...cell, models, condition: 'cheapest' };
}

/** One row of the table. */
interface Row extends ApproachOutcome {
  readonly approach: Approach;
  readonly network: string;
  readonly slaMs: number;
}

function report(results: readonly Result[], inputs: Inputs): Findings {
  const rows = rowsOf(results);
  // The figure shows one SLA, the table all of them.
  const longestMs = Math.max(...rows.map(({ slaMs }) => slaMs));
  const drawn = rows.filter(({ slaMs }) => slaMs === longestMs);
  const networks = [...new Set(drawn.map(({ network }) => network))];
  const at = (name: string) => rows.filter(({ approach }) => approach.name === name).at(-1);
  const [alone, cloud, ours] = [
    'on the device only',
    'always the largest model',
    'MDInference',
  ].map(at);
  const series = networks.map((label, i) => ({
    label,
    colour: selectorSeries[i === 0 && networks.length > 1 ? 'stage-one' : 'three-stage'].colour,
  }));
  return {
    headline: {
      value: `${ours?.accuracyInTimePct.toFixed(1)} %`,
      what: `right and in time (${ours?.network}, SLA ${ours?.slaMs} ms); the largest model alone: ${cloud?.accuracyInTimePct.toFixed(1)} %`,
    },
    says:
      `Network ${ours?.network}, SLA ${ours?.slaMs} ms: the device alone is right in ` +
      `${alone?.accuracyInTimePct.toFixed(1)} % of the requests, the largest model in the cloud, in time, in ` +
      `${cloud?.accuracyInTimePct.toFixed(1)} %, MDInference in ${ours?.accuracyInTimePct.toFixed(1)} %, ` +
      `${ours?.latePct === 0 ? 'never late' : `late in ${ours?.latePct.toFixed(1)} %`}. A late answer counts as wrong.`,
    summary: comparedRows(
      inputs,
      rows.flatMap((row) => {
        const condition = `${row.network}, SLA ${row.slaMs} ms, ${row.approach.name}`;
        return [
          { condition, metric: 'accuracy in time, %', ours: row.accuracyInTimePct },
          { condition, metric: 'late, %', ours: row.latePct },
        ];
      }),
    ),
    figure: dotPanels(series, [
      { title: 'Accuracy in time, %', dots: dotsOf(drawn, 'accuracyInTimePct'), step: 10 },
      { title: 'Late, %', dots: dotsOf(drawn, 'latePct'), step: 5 },
    ]),
    table: {
      head: [
        ...['network', 'SLA', 'approach', 'accuracy in time %', 'late %', 'p50 ms', 'p99 ms'],
        ...['device runs per 100', 'cloud runs per 100'],
      ],
      textColumns: 3,
      own: rows.flatMap(({ approach }, i) => (approach.ours ? [i] : [])),
      rows: rows.map((row) => [
        ...[row.network, `${row.slaMs} ms`, row.approach.name],
        ...[row.accuracyInTimePct.toFixed(2), row.latePct.toFixed(2)],
        ...[row.p50Ms.toFixed(0), row.p99Ms.toFixed(0)],
        ...[row.deviceRunsPct.toFixed(0), row.cloudRunsPct.toFixed(0)],
      ]),
    },
  };
}

function dotsOf(rows: readonly Row[], field: 'accuracyInTimePct' | 'latePct') {
  return rows.map((row) => ({
    row: row.approach.name,
    series: row.network,
    value: row[field],
  }));
}

/** A row for each approach, network and SLA. */
function rowsOf(results: readonly Result[]): Row[] {
  const places = Map.groupBy(results, ({ cell }) => JSON.stringify([cell.network, cell.slaMs]));
  return [...places.values()].flatMap((here) => {
    const cell = here[0]?.cell;
    if (!cell) return [];
    const choices = choicesOf(cloudRuns(here), cell);
    return approaches.map((approach) => ({
      ...outcomeOfApproach(approach, choices),
      approach,
      network: cell.network.name,
      slaMs: cell.slaMs,
    }));
  });
}

function cloudRuns(results: readonly Result[]): Record<CloudChoice, CloudRun> {
  const find = (selector: SelectorName, condition?: string): CloudRun => {
    const result = results.find(
      ({ cell }) => cell.selector === selector && cell.condition === condition,
    );
    const answers = result?.outcome.answers;
    if (!answers) throw new Error(`practice: ${selector} was not run`);
    return { answers, models: result.cell.models };
  };
  return {
    largest: find(selectorOf.largest),
    fastest: find(selectorOf.fastest),
    greedy: find(selectorOf.greedy),
    cheapest: find('static-latency', 'cheapest'),
    mdinference: find(selectorOf.mdinference),
    expected: find(selectorOf.expected),
    oracle: find(selectorOf.oracle),
  };
}
