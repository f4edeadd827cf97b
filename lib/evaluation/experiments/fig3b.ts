import type { Result } from '../engine/cells/run-cells.ts';
import { paperNetwork } from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import { usagePanels } from '../figures/usage-panels.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
  range,
} from './experiment.ts';

/** Figure 3b: which models MDInference uses, over the SLA. */
export const fig3b: Experiment = {
  name: 'fig3b',
  title: 'More time, better models: which ones answer',
  source: 'Figure 3b',
  plan: (inputs) =>
    gridCells(inputs, {
      profiles: profileSets.table3,
      networks: [paperNetwork],
      slasMs: range(0, 250, 5),
      selectors: ['three-stage-as-printed'],
    }),
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const models = results[0]?.cell.models ?? [];
  const shareOf = (index: number, slaMs: number) =>
    results.find(({ cell }) => cell.slaMs === slaMs)?.outcome.usagePct[index];
  const highest = (index: number) =>
    Math.max(...results.map(({ outcome }) => outcome.usagePct[index] ?? 0));
  const unused = models.filter((_, i) => highest(i) < 0.5).map(({ name }) => name);
  const fastest = indexOfLeast(models.map(({ meanMs }) => meanMs));
  const best = indexOfLeast(models.map(({ accuracyPct }) => -accuracyPct));
  const resNet = models.findIndex(({ name }) => name === 'InceptionResNetV2');
  return {
    says:
      `${models.length - unused.length} of ${models.length} models do the work` +
      (unused.length > 0 ? `; ${unused.join(', ')} hardly ever run.` : '.'),
    summary: comparedRows(inputs, [
      ...(resNet < 0
        ? []
        : [
            {
              condition: 'any SLA',
              metric: 'use of InceptionResNetV2, at most, %',
              ...{ paper: 0, ours: highest(resNet) },
            },
          ]),
      {
        condition: 'SLA 30 ms',
        metric: `use of the fastest model (${models[fastest]?.name}), %`,
        ours: shareOf(fastest, 30),
      },
      {
        condition: 'SLA 250 ms',
        metric: `use of the most accurate model (${models[best]?.name}), %`,
        ours: shareOf(best, 250),
      },
    ]),
    figure: usagePanels('SLA, ms', models, [
      {
        title: 'Share of the requests, %',
        points: results.map(({ cell, outcome }) => ({
          x: cell.slaMs,
          usagePct: outcome.usagePct,
        })),
      },
    ]),
  };
}

function indexOfLeast(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}
