import { quantile } from '../../core/statistics/quantile.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import { profileSets, withoutDeviceModel } from '../engine/profiles/profile-sets.ts';
import { deployedClockErrorMs } from '../engine/simulate.ts';
import { dotPanels } from '../figures/dot-panels.ts';
import { selectorSeries } from '../figures/theme.ts';
import {
  bySelector,
  comparedRows,
  type Experiment,
  type Findings,
  type Inputs,
} from './experiment.ts';

const selectors = [
  ...['three-stage', 'expected-accuracy', 'static-greedy', 'static-latency'],
  ...['static-accuracy', 'oracle'],
] as const satisfies readonly (keyof typeof selectorSeries)[];

/** Beyond the paper: the requests that a deployment really had, each with its own SLA. */
export const traffic: Experiment = {
  name: 'traffic',
  title: 'The requests that really came',
  source: 'beyond the paper',
  unfit: (inputs) => (inputs.traffic ? undefined : 'it needs the log of a deployment (--traffic)'),
  plan({ traffic: network, profiles = withoutDeviceModel(profileSets.p2), ...inputs }) {
    const { requests, seed, deviceAccuracyPct } = inputs;
    if (!network) return [];
    // It stands for SLAs that differ.
    const slaMs = quantile(network.slaMs ?? [], 0.5);
    return selectors.map((selector) => ({
      ...{ profiles: profiles.name, models: profiles.models, network, selector, slaMs },
      ...{ requests, seed, deviceAccuracyPct, clockErrorMs: deployedClockErrorMs },
    }));
  },
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const of = (selector: (typeof selectors)[number]) => {
    const outcome = bySelector(results, selector)[0]?.outcome;
    return `${outcome?.duplicatedAccuracyPct.toFixed(1)} %`;
  };
  const { traffic: network } = inputs;
  const order = network?.order === 'random' ? 'drawn at random' : 'in the order of their time';
  const slas = new Set(network?.slaMs);
  return {
    says:
      `${network?.inputMs.length.toLocaleString('en')} requests of ${network?.name}, ${order}, ` +
      `${slas.size === 1 ? `SLA ${[...slas][0]} ms` : 'each with its own SLA'}: users get ${of('three-stage')} by ` +
      `MDInference as deployed, ${of('expected-accuracy')} when models are chosen by expected accuracy, ` +
      `${of('static-greedy')} by static greedy; an oracle ${of('oracle')}.`,
    summary: comparedRows(
      inputs,
      results.flatMap(({ cell, outcome }) => {
        const condition = selectorSeries[cell.selector].label;
        return [
          {
            condition,
            metric: 'accuracy with duplication, %',
            ours: outcome.duplicatedAccuracyPct,
          },
          { condition, metric: 'on-device reliance, %', ours: outcome.reliancePct },
        ];
      }),
    ),
    figure: dotPanels(
      selectors.map((selector) => selectorSeries[selector]),
      [
        {
          title: 'Accuracy with duplication, %',
          dots: dotsOf(results, 'duplicatedAccuracyPct'),
          step: 5,
        },
        { title: 'On-device reliance, %', dots: dotsOf(results, 'reliancePct'), step: 5 },
      ],
    ),
    table: {
      head: ['selector', 'accuracy, %', 'on-device reliance, %', 'p50, ms', 'p99, ms'],
      textColumns: 1,
      rows: results.map(({ cell, outcome }) => [
        selectorSeries[cell.selector].label,
        outcome.duplicatedAccuracyPct.toFixed(2),
        outcome.reliancePct.toFixed(2),
        ...[outcome.p50Ms.toFixed(0), outcome.p99Ms.toFixed(0)],
      ]),
    },
  };
}

function dotsOf(results: readonly Result[], field: 'duplicatedAccuracyPct' | 'reliancePct') {
  return results.map(({ cell, outcome }) => {
    const { label } = selectorSeries[cell.selector];
    return { row: label, series: label, value: outcome[field] };
  });
}
