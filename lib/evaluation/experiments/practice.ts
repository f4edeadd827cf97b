import { mostAccurate } from '../../core/selection/ranking.ts';
import { fits } from '../../core/selection/three-stage.ts';
import type { Candidate } from '../../core/selection/types.ts';
import type { Cell } from '../engine/cells/cell.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import type { CloudRun } from '../engine/device-first.ts';
import { residential, university } from '../engine/network/networks.ts';
import {
  type ProfileSet,
  profileSets,
  withoutDeviceModel,
} from '../engine/profiles/profile-sets.ts';
import type { SelectorName } from '../engine/selectors.ts';
import { dotPanels } from '../figures/dot-panels.ts';
import { selectorSeries } from '../figures/theme.ts';
import {
  type Approach,
  type ApproachOutcome,
  approaches,
  type CloudChoice,
  choicesOf,
  leastAccuracyPct,
  outcomeOfApproach,
  type RunsAfterDevice,
} from './approaches.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
} from './experiment.ts';
import { uploadsFindings, waysInUse } from './uploads-findings.ts';

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
    const { certain } = inputs;
    const cells = cellsOf(inputs, withoutDeviceModel(profileSets.p2));
    if (!certain?.device) return cells;
    const { accuracyPct } = certain.device;
    return [
      ...cells,
      ...cellsOf({ ...inputs, profiles: certain, deviceAccuracyPct: accuracyPct }, certain),
    ];
  },
  report,
};

function cellsOf(inputs: Inputs, profiles: ProfileSet): Cell[] {
  const cells = gridCells(
    inputs,
    {
      profiles,
      networks: [university, residential],
      slasMs: [100, 250],
      selectors: Object.values(selectorOf),
    },
    { keepAnswers: true },
  );
  return cells.flatMap((cell) => [
    cell,
    ...(cell.selector === 'static-latency' ? [withCheapest(cell)] : []),
    ...(profiles.device && afterDevice.some((name) => name === cell.selector)
      ? [{ ...cell, condition: unsure, deviceFirst: profiles.device }]
      : []),
  ]);
}

/** The selectors that are asked when the device is not sure. */
const afterDevice = [selectorOf.mdinference, selectorOf.expected] as const;
const unsure = 'when unsure';

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
  readonly models: string;
  readonly network: string;
  readonly slaMs: number;
}

function report(results: readonly Result[], inputs: Inputs): Findings {
  const all = rowsOf(results);
  const uploads = uploadsFindings(inputs, waysInUse(inputs.uploads ?? []));
  const rows = all.filter(({ models }) => models === all[0]?.models);
  // The figure shows one SLA and one set of models, the table all of them.
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
    uploads: uploads.uploads,
    summary: [
      ...comparedRows(
        inputs,
        all.flatMap((row) => {
          const ofModels = row.models === rows[0]?.models ? '' : `${row.models}, `;
          const condition = `${ofModels}${row.network}, SLA ${row.slaMs} ms, ${row.approach.name}`;
          return [
            { condition, metric: 'accuracy in time, %', ours: row.accuracyInTimePct },
            { condition, metric: 'late, %', ours: row.latePct },
          ];
        }),
      ),
      ...uploads.summary,
    ],
    figure: dotPanels(series, [
      { title: 'Accuracy in time, %', dots: dotsOf(drawn, 'accuracyInTimePct'), step: 10 },
      { title: 'Late, %', dots: dotsOf(drawn, 'latePct'), step: 5 },
    ]),
    table: {
      head: [
        ...['models', 'network', 'SLA', 'approach', 'accuracy in time %', 'late %', 'p50 ms'],
        ...['p99 ms', 'device runs per 100', 'cloud runs per 100', 'KB up', 'mJ'],
      ],
      textColumns: 4,
      own: all.flatMap(({ approach }, i) => (approach.ours ? [i] : [])),
      rows: all.map((row) => [
        ...[row.models, row.network, `${row.slaMs} ms`, row.approach.name],
        ...[row.accuracyInTimePct.toFixed(2), row.latePct.toFixed(2)],
        ...[row.p50Ms.toFixed(0), row.p99Ms.toFixed(0)],
        ...[row.deviceRunsPct.toFixed(0), row.cloudRunsPct.toFixed(0)],
        ...[row.kilobytes.toFixed(1), row.millijoules.toFixed(0)],
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
  const places = Map.groupBy(results, ({ cell }) =>
    JSON.stringify([cell.profiles, cell.deviceAccuracyPct, cell.network, cell.slaMs]),
  );
  return [...places.values()].flatMap((here) => {
    const cell = here[0]?.cell;
    if (!cell) return [];
    const choices = choicesOf(cloudRuns(here), cell, runsAfterDevice(here));
    const possible = approaches.filter(
      ({ needsReliability }) => !needsReliability || choices[0]?.first,
    );
    return possible.map((approach) => ({
      ...outcomeOfApproach(approach, choices),
      approach,
      models: cell.profiles,
      network: cell.network.name,
      slaMs: cell.slaMs,
    }));
  });
}

/** What the cloud does for a device that runs first; undefined where its reliability is not known. */
function runsAfterDevice(results: readonly Result[]): RunsAfterDevice | undefined {
  const first = results.find(({ cell }) => cell.deviceFirst)?.cell.deviceFirst;
  if (!first) return undefined;
  return {
    device: first,
    mdinference: runOf(results, selectorOf.mdinference, unsure),
    expected: runOf(results, selectorOf.expected, unsure),
  };
}

function runOf(
  results: readonly Result[],
  selector: SelectorName,
  condition: string | undefined,
): CloudRun {
  const result = results.find(
    ({ cell }) => cell.selector === selector && cell.condition === condition,
  );
  const answers = result?.outcome.answers;
  if (!answers) throw new Error(`practice: ${selector} was not run`);
  return { answers, models: result.cell.models };
}

function cloudRuns(results: readonly Result[]): Record<CloudChoice, CloudRun> {
  const find = (selector: SelectorName, condition?: string) => runOf(results, selector, condition);
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
