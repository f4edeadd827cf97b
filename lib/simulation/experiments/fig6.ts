import { linePanels } from '../figures/line-panels.ts';
import { selectorSeries } from '../figures/theme.ts';
import { paperNetwork } from '../networks.ts';
import { nasNetFictional, profileSets } from '../profile-sets.ts';
import type { Result } from '../run-cells.ts';
import {
  bySelector,
  cellsOf,
  type Experiment,
  type Findings,
  type Inputs,
  outcomeAt,
  range,
  summaryOf,
} from './experiment.ts';

const selectors = [
  'related-accurate',
  'stage-one',
  'three-stage',
  'related-random',
  'pure-random',
] as const;

/** Figure 6: what each of the three stages is worth, with the made-up NasNet Fictional among the models. */
export const fig6: Experiment = {
  name: 'fig6',
  title: 'The three stages apart: the third, as printed, costs accuracy',
  source: 'Figure 6',
  plan: (inputs) =>
    cellsOf(inputs, {
      profiles: {
        ...profileSets.table3,
        name: 'table3 + NasNet Fictional',
        models: [...profileSets.table3.models, nasNetFictional],
      },
      networks: [paperNetwork],
      slasMs: range(50, 300, 5),
      selectors,
    }),
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const gapTo = (selector: 'three-stage' | 'stage-one') =>
    Math.max(
      ...bySelector(results, selector).map(({ cell, outcome }) => {
        const best = outcomeAt(results, 'related-accurate', cell.slaMs);
        return (best?.accuracyPct ?? 0) - outcome.accuracyPct;
      }),
    );
  const fictionalAt = (slaMs: number) => {
    const index = results[0]?.cell.models.findIndex(({ name }) => name === nasNetFictional.name);
    const outcome = outcomeAt(results, 'three-stage', slaMs);
    return index === undefined ? undefined : outcome?.usagePct[index];
  };
  const randomMs = bySelector(results, 'pure-random').map(({ outcome }) => outcome.meanMs);
  const printed = gapTo('three-stage');
  return {
    headline: {
      value: `${printed.toFixed(1)} points`,
      what: 'lost by Equation 3 as printed, with NasNet Fictional; the paper: negligible',
      fails: true,
    },
    says:
      `Equation 3 as printed (“MDInference”) loses up to ${printed.toFixed(1)} points to the most accurate ` +
      'model of the exploration set, because its utility is linear in accuracy: a model as slow and much ' +
      'less accurate keeps a large share. The first stage alone, which is what the authors’ published ' +
      `simulator does, loses ${gapTo('stage-one').toFixed(1)}: the paper’s “negligible”.`,
    summary: summaryOf(inputs, [
      {
        condition: 'three stages, Equation 3 as printed, any SLA',
        metric: 'accuracy below related accurate, at most, points',
        ...{ paper: 0, ours: printed },
      },
      {
        condition: 'stage one alone, any SLA',
        metric: 'accuracy below related accurate, at most, points',
        ...{ paper: 0, ours: gapTo('stage-one') },
      },
      ...[200, 300].map((slaMs) => ({
        condition: `three stages, SLA ${slaMs} ms`,
        metric: 'use of NasNet Fictional, %',
        ours: fictionalAt(slaMs),
      })),
      {
        condition: 'pure random, all SLAs',
        metric: 'spread of the mean latency, ms',
        ...{ paper: 0, ours: Math.max(...randomMs) - Math.min(...randomMs) },
      },
    ]),
    figure: linePanels(
      'SLA, ms',
      selectors.map((name) => selectorSeries[name]),
      [
        { title: 'End-to-end latency, ms', points: pointsOf(results, 'meanMs'), domain: [80, 250] },
        {
          title: 'Aggregate accuracy, %',
          points: pointsOf(results, 'accuracyPct'),
          domain: [45, 90],
        },
      ],
    ),
  };
}

function pointsOf(results: readonly Result[], field: 'meanMs' | 'accuracyPct') {
  return results.map(({ cell, outcome }) => ({
    x: cell.slaMs,
    series: selectorSeries[cell.selector].label,
    value: outcome[field],
  }));
}
