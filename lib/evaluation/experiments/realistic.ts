import type { Candidate } from '../../core/selection/types.ts';
import type { Cell } from '../engine/cells/cell.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import { residential } from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import { deployedClockErrorMs } from '../engine/simulate.ts';
import { dotPanels } from '../figures/dot-panels.ts';
import { selectorSeries } from '../figures/theme.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
} from './experiment.ts';

const selectors = ['three-stage', 'expected-accuracy', 'oracle'] as const;

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
      gridCells(inputs, {
        profiles: profileSets.p2,
        networks: [residential],
        slasMs: [250],
        selectors,
      }).map((cell) => ({ ...cell, ...change(cell), condition: name })),
    ),
  report,
};

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
  const accuracyOf = (world: string | undefined, selector: (typeof selectors)[number]) =>
    shown.find(({ cell }) => cell.condition === world && cell.selector === selector)?.outcome
      .duplicatedAccuracyPct ?? 0;
  const all = worlds.at(-1)?.name;
  const dots = (field: 'duplicatedAccuracyPct' | 'reliancePct') =>
    shown.map(({ cell, outcome }) => ({
      row: cell.condition ?? '',
      series: selectorSeries[cell.selector].label,
      value: outcome[field],
      // A ring, in which a selector that reaches the oracle remains visible.
      hollow: cell.selector === 'oracle',
    }));
  return {
    says:
      `With all of it together MDInference reaches ${accuracyOf(all, 'three-stage').toFixed(1)} %, choosing by ` +
      `expected accuracy ${accuracyOf(all, 'expected-accuracy').toFixed(1)} %, and an oracle that knows every ` +
      `time beforehand ${accuracyOf(all, 'oracle').toFixed(1)} %. Network ${shown[0]?.cell.network.name}, SLA ${slaMs} ms.`,
    summary: comparedRows(
      inputs,
      results.flatMap(({ cell, outcome }) => {
        const selector = selectorSeries[cell.selector].label;
        const condition = `${cell.condition}, SLA ${cell.slaMs} ms, ${selector}`;
        return [
          { condition, metric: 'accuracy, %', ours: outcome.duplicatedAccuracyPct },
          { condition, metric: 'on-device reliance, %', ours: outcome.reliancePct },
        ];
      }),
    ),
    figure: dotPanels(
      selectors.map((name) => selectorSeries[name]),
      [
        {
          title: 'Accuracy with duplication, %',
          dots: dots('duplicatedAccuracyPct'),
          step: 10,
        },
        {
          title: 'On-device reliance, %',
          dots: dots('reliancePct'),
          step: 5,
        },
      ],
    ),
  };
}
