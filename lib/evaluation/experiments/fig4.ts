import type { Result } from '../engine/cells/run-cells.ts';
import { linePanels } from '../figures/line-panels.ts';
import { modelColours } from '../figures/theme.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  type Inputs,
  isAsPaper,
} from './experiment.ts';
import { cvPctOf, planVariability, unfitForVariability } from './variability.ts';

/** Figure 4: accuracy and SLA attainment of MDInference on increasingly variable networks. */
export const fig4: Experiment = {
  name: 'fig4',
  title: 'A network that varies costs little where there is time',
  source: 'Figure 4',
  unfit: unfitForVariability,
  plan: planVariability,
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const slasMs = [...new Set(results.map(({ cell }) => cell.slaMs))];
  const at = (slaMs: number, cvPct: number) =>
    results.find((result) => result.cell.slaMs === slaMs && cvPctOf(result) === cvPct)?.outcome;
  const longest = Math.max(...slasMs);
  const calm = at(longest, 0);
  const wild = at(longest, 100);
  const rows = slasMs.flatMap((slaMs) =>
    [0, 50, 100].flatMap((cvPct) => {
      const outcome = at(slaMs, cvPct);
      const condition = `SLA ${slaMs} ms, CV ${cvPct} %`;
      // "Maintains an accuracy around 80 %" whatever the network does.
      const around80 = slaMs === 250 && cvPct === 100 ? { paper: 80 } : {};
      return [
        { condition, metric: 'accuracy, %', ours: outcome?.accuracyPct, ...around80 },
        { condition, metric: 'SLA attainment, %', ours: outcome && 100 - outcome.reliancePct },
      ];
    }),
  );
  return {
    says:
      `With an SLA of ${longest} ms accuracy goes from ${calm?.accuracyPct.toFixed(1)} % on a steady ` +
      `network to ${wild?.accuracyPct.toFixed(1)} % on one whose deviation is its mean.` +
      (isAsPaper(inputs)
        ? ' An SLA as short as the mean network time gains from variation: some requests then have time left.'
        : ''),
    summary: comparedRows(inputs, rows),
    figure: linePanels(
      'CV of the network time, %',
      seriesOf(slasMs),
      [
        { title: 'Aggregate accuracy, %', step: 10, value: accuracyOf },
        { title: 'SLA attainment, %', step: 20, value: attainmentOf },
      ].map(({ title, step, value }) => ({
        title,
        step,
        points: results.map((result) => ({
          x: cvPctOf(result),
          series: `SLA ${result.cell.slaMs} ms`,
          value: value(result),
        })),
      })),
    ),
  };
}

function accuracyOf({ outcome }: Result): number {
  return outcome.accuracyPct;
}

function attainmentOf({ outcome }: Result): number {
  return 100 - outcome.reliancePct;
}

function seriesOf(slasMs: readonly number[]) {
  // The palest colours of the ramp are hardly visible as lines.
  const colours = modelColours(slasMs.length + 2).slice(2);
  return slasMs.map((slaMs, i) => ({ label: `SLA ${slaMs} ms`, colour: colours[i] ?? '' }));
}
