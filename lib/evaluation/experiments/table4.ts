import type { Result } from '../engine/cells/run-cells.ts';
import { residential, university } from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import { dotPanels } from '../figures/dot-panels.ts';
import { ink, selectorSeries } from '../figures/theme.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
  isAsPaper,
} from './experiment.ts';

const selectors = [
  'static-latency',
  'static-accuracy',
  'pure-random',
  'three-stage-as-printed',
] as const;

/** Table IV: on-device reliance and aggregate accuracy, both in percent. */
const paper: Readonly<Record<string, Record<(typeof selectors)[number], [number, number]>>> = {
  university: {
    'static-latency': [0.26, 41.4],
    'static-accuracy': [3.67, 81.09],
    'pure-random': [0.42, 63.33],
    'three-stage-as-printed': [0.26, 82.39],
  },
  residential: {
    'static-latency': [3.16, 41.4],
    'static-accuracy': [23.03, 73.11],
    'pure-random': [5.06, 62.06],
    'three-stage-as-printed': [3.16, 80.43],
  },
};

/** Table IV: duplication on the university and the residential network. */
export const table4: Experiment = {
  name: 'table4',
  title: 'Duplication on two networks, cell by cell',
  source: 'Table IV',
  plan(inputs) {
    const grid = { networks: [university, residential], slasMs: [250], selectors };
    const all = gridCells(inputs, { ...grid, profiles: profileSets.p2 });
    // Section V-D names Table III's models: shown too, because Table IV does not come out of them.
    return inputs.profiles
      ? all
      : [...all, ...gridCells(inputs, { ...grid, profiles: profileSets.table3 })];
  },
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const fromPaper = (result: Result) => {
    const { network, selector, slaMs } = result.cell;
    const known = isAsPaper(inputs) && slaMs === 250 ? paper[network.name] : undefined;
    return known?.[selector as (typeof selectors)[number]];
  };
  const main = results.filter(({ cell }) => cell.profiles !== 'table3' || inputs.profiles);
  const differences = main.flatMap((result) => {
    const known = fromPaper(result);
    return known ? [Math.abs(result.outcome.duplicatedAccuracyPct - known[1])] : [];
  });
  return {
    headline:
      differences.length === 0
        ? undefined
        : {
            value: `${Math.max(...differences).toFixed(2)} points`,
            what: 'largest difference in accuracy to Table IV',
          },
    says: saying(differences),
    summary: comparedRows(
      inputs,
      results.flatMap((result) => {
        const [reliance, accuracy] = fromPaper(result) ?? [];
        const condition = `${rowOf(result)}${result.cell.profiles === 'table3' && !inputs.profiles ? ', Table III’s 11 models' : ''}`;
        const { reliancePct, duplicatedAccuracyPct } = result.outcome;
        return [
          {
            ...{ condition, metric: 'on-device reliance, %', ours: reliancePct },
            ...(reliance !== undefined && { paper: reliance }),
          },
          {
            ...{ condition, metric: 'accuracy, %', ours: duplicatedAccuracyPct },
            ...(accuracy !== undefined && { paper: accuracy }),
          },
        ];
      }),
    ),
    figure: figureOf(main, fromPaper),
  };
}

function saying(differences: readonly number[]): string {
  if (differences.length === 0) return 'On-device reliance and accuracy with duplication.';
  const most = Math.max(...differences).toFixed(2);
  return (
    `With the authors’ 23 measured models accuracy is at most ${most} points from the paper’s. With the ` +
    '11 of Table III it is not: their fastest model is already better than the 41.4 % of static latency.'
  );
}

function rowOf({ cell: { network, selector, slaMs } }: Result): string {
  const sla = slaMs === 250 ? '' : `, ${slaMs} ms`;
  return `${network.name}, ${selectorSeries[selector].label}${sla}`;
}

function figureOf(
  results: readonly Result[],
  fromPaper: (result: Result) => [number, number] | undefined,
) {
  const dots = (index: 0 | 1) =>
    results.flatMap((result) => {
      const { reliancePct, duplicatedAccuracyPct } = result.outcome;
      const row = rowOf(result);
      const known = fromPaper(result);
      return [
        ...(known ? [{ row, series: 'paper', value: known[index], hollow: true }] : []),
        { row, series: 'ours', value: index === 0 ? reliancePct : duplicatedAccuracyPct },
      ];
    });
  const series = [
    { label: 'paper', colour: ink.late },
    { label: 'ours', colour: selectorSeries['three-stage-as-printed'].colour },
  ];
  return dotPanels(series, [
    { title: 'Accuracy with duplication, %', dots: dots(1), step: 10 },
    { title: 'On-device reliance, %', dots: dots(0), step: 5 },
  ]);
}
