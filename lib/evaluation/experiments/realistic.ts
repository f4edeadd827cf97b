import type { Candidate } from '../../core/selection/types.ts';
import type { Cell } from '../engine/cells/cell.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import type { Hedging } from '../engine/hedged-calls.ts';
import { residential } from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import type { SelectorName } from '../engine/selectors.ts';
import { deployedClockErrorMs } from '../engine/simulate.ts';
import { dotPanels } from '../figures/dot-panels.ts';
import { type FigureSeries, selectorSeries } from '../figures/theme.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  type FindingsTable,
  gridCells,
  type Inputs,
} from './experiment.ts';

/** Selectors with and without hedging: the service answers once, or the phone takes what is in time. */
const contestants: readonly (FigureSeries & Pick<Cell, 'selector' | 'hedging'>)[] = [
  { selector: 'three-stage', ...selectorSeries['three-stage'] },
  hedged('three-stage', '#74b4ec', {}),
  hedged('three-stage', '#74b4ec', { twoAnswers: true }),
  { selector: 'expected-accuracy', ...selectorSeries['expected-accuracy'] },
  hedged('expected-accuracy', '#6fd3b5', {}),
  hedged('expected-accuracy', '#6fd3b5', { twoAnswers: true }),
  { selector: 'oracle', ...selectorSeries.oracle },
];

/** Share of calls that meet a cold start, and how much longer such a call takes. */
const coldShare = 0.01;
const coldStartMs = 1000;
const noiseCvPct = 30;

/** What differs from the paper's simulation, as changes of a cell. */
const worlds: readonly { readonly name: string; change(cell: Cell): Partial<Cell> }[] = [
  { name: 'as in the paper', change: () => ({}) },
  {
    name: 'small answers: T_output 15 ± 10 ms',
    change: () => ({ disturbances: { output: { meanMs: 15, stdMs: 10 } } }),
  },
  {
    name: 'large answers: T_output 80 ± 40 ms',
    change: () => ({ disturbances: { output: { meanMs: 80, stdMs: 40 } } }),
  },
  {
    name: 'clocks off by ± 20 ms',
    change: () => ({ disturbances: { clockStdMs: 20 }, clockErrorMs: deployedClockErrorMs }),
  },
  {
    name: `service times vary by ${noiseCvPct} %`,
    change: ({ models }) => ({ models: noisy(models), disturbances: { noiseCvPct } }),
  },
  {
    name: `${100 * coldShare} % cold starts, known apart`,
    change: ({ models }) => ({ models: withColdStarts(models) }),
  },
  {
    name: `${100 * coldShare} % cold starts, in mean and deviation`,
    change: ({ models }) => ({
      models: withColdStarts(models),
      believed: withColdStarts(models).map(mixed),
    }),
  },
  {
    name: 'small answers, clocks, variation, cold starts',
    change: ({ models }) => ({
      models: withColdStarts(noisy(models)),
      disturbances: { output: { meanMs: 15, stdMs: 10 }, clockStdMs: 20, noiseCvPct },
      clockErrorMs: deployedClockErrorMs,
    }),
  },
];

/** Beyond the paper: what its simulation leaves out, one at a time and all together. */
export const realistic: Experiment = {
  name: 'realistic',
  title: 'What the paper’s simulation leaves out',
  source: 'beyond the paper',
  plan: (inputs) =>
    worlds.flatMap(({ name, change }) =>
      contestants.flatMap(({ selector, hedging }) =>
        gridCells(inputs, {
          profiles: profileSets.p2,
          networks: [residential],
          slasMs: [250],
          selectors: [selector],
        }).map((cell) => ({ ...cell, ...change(cell), hedging, condition: name })),
      ),
    ),
  report,
};

function hedged(selector: SelectorName, colour: string, hedging: Hedging) {
  const label = `${selectorSeries[selector].label}, hedged${hedging.twoAnswers ? ', two answers' : ''}`;
  return { selector, label, colour, hedging };
}

/** What a cell is called in the figure and the tables. */
function labelOf({ selector, hedging }: Cell): string {
  const isOf = (other: Pick<Cell, 'selector' | 'hedging'>) =>
    other.selector === selector && other.hedging === hedging;
  return contestants.find(isOf)?.label ?? '';
}

function noisy(models: readonly Candidate[]): Candidate[] {
  return models.map((model) => ({ ...model, stdMs: (model.meanMs * noiseCvPct) / 100 }));
}

function withColdStarts(models: readonly Candidate[]): Candidate[] {
  return models.map((model) => ({
    ...model,
    coldShare,
    coldMeanMs: coldStartMs + model.meanMs,
  }));
}

/** A profile that does not separate cold calls from warm ones: mean and standard deviation of all calls. */
function mixed({ coldMeanMs = 0, ...model }: Candidate): Candidate {
  const moreMs = coldMeanMs - model.meanMs;
  const variance = model.stdMs ** 2 + coldShare * (1 - coldShare) * moreMs ** 2;
  const meanMs = model.meanMs + coldShare * moreMs;
  return { ...model, coldShare: 0, meanMs, stdMs: Math.sqrt(variance) };
}

function report(results: readonly Result[], inputs: Inputs): Findings {
  const slaMs = results[0]?.cell.slaMs ?? 0;
  const shown = results.filter(({ cell }) => cell.slaMs === slaMs);
  const all = worlds.at(-1)?.name;
  const ofAll = (selector: SelectorName, isHedged = false) =>
    shown.find(
      ({ cell }) =>
        cell.condition === all &&
        cell.selector === selector &&
        (cell.hedging !== undefined) === isHedged,
    )?.outcome;
  const accuracy = (...of: Parameters<typeof ofAll>) =>
    `${(ofAll(...of)?.duplicatedAccuracyPct ?? 0).toFixed(1)} %`;
  const drawn = contestants.filter(({ hedging }) => !hedging?.twoAnswers);
  const dots = (field: 'duplicatedAccuracyPct' | 'reliancePct') =>
    shown
      .filter(({ cell }) => !cell.hedging?.twoAnswers)
      .map(({ cell, outcome }) => ({
        row: cell.condition ?? '',
        series: labelOf(cell),
        value: outcome[field],
        // A ring, in which a selector that reaches the oracle remains visible.
        hollow: cell.selector === 'oracle',
        small: cell.hedging !== undefined,
      }));
  return {
    says:
      `With all of it together MDInference reaches ${accuracy('three-stage')}, choosing by expected ` +
      `accuracy ${accuracy('expected-accuracy')}, and hedged, with ` +
      `${(ofAll('expected-accuracy', true)?.extraPct ?? 0).toFixed(1)} % extra invocations, ` +
      `${accuracy('expected-accuracy', true)}; an oracle that knows every time beforehand ` +
      `${accuracy('oracle')}. Network ${shown[0]?.cell.network.name}, SLA ${slaMs} ms.`,
    summary: comparedRows(
      inputs,
      results.flatMap(({ cell, outcome }) => {
        const condition = `${cell.condition}, SLA ${cell.slaMs} ms, ${labelOf(cell)}`;
        return [
          { condition, metric: 'accuracy, %', ours: outcome.duplicatedAccuracyPct },
          { condition, metric: 'on-device reliance, %', ours: outcome.reliancePct },
          ...(cell.hedging
            ? [{ condition, metric: 'extra invocations, %', ours: outcome.extraPct }]
            : []),
        ];
      }),
    ),
    figure: dotPanels(drawn, [
      { title: 'Accuracy with duplication, %', dots: dots('duplicatedAccuracyPct'), step: 5 },
      { title: 'On-device reliance, %', dots: dots('reliancePct'), step: 5 },
    ]),
    table: tableOf(results),
  };
}

function tableOf(results: readonly Result[]): FindingsTable {
  const oracleIn = ({ condition, slaMs }: Cell) =>
    results.find(
      ({ cell }) =>
        cell.selector === 'oracle' && cell.condition === condition && cell.slaMs === slaMs,
    )?.outcome.duplicatedAccuracyPct ?? Number.NaN;
  return {
    head: [
      ...['world', 'SLA', 'selector', 'accuracy, %', 'of the oracle’s, %'],
      ...['on-device reliance, %', 'extra invocations, %'],
    ],
    textColumns: 3,
    own: results.flatMap(({ cell }, i) => (cell.hedging ? [i] : [])),
    rows: results.map(({ cell, outcome }) => [
      ...[cell.condition ?? '', `${cell.slaMs} ms`, labelOf(cell)],
      outcome.duplicatedAccuracyPct.toFixed(2),
      ((100 * outcome.duplicatedAccuracyPct) / oracleIn(cell)).toFixed(2),
      outcome.reliancePct.toFixed(2),
      cell.hedging ? outcome.extraPct.toFixed(2) : '',
    ]),
  };
}
