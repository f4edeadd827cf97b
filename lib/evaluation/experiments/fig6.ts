import { mostAccurate } from '../../core/selection/ranking.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import { paperNetwork } from '../engine/network/networks.ts';
import {
  nasNetFictional,
  nasNetLargeModel,
  type ProfileSet,
  profileSets,
} from '../engine/profiles/profile-sets.ts';
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

const selectors = [
  'related-accurate',
  'stage-one',
  'three-stage-as-printed',
  'three-stage',
  'related-random',
  'pure-random',
] as const;

/** Figure 6: what each of the three stages contributes, with the made-up NasNet Fictional among the models. */
export const fig6: Experiment = {
  name: 'fig6',
  title: 'The three stages apart: the third, as printed, costs accuracy',
  source: 'Figure 6',
  plan(inputs) {
    const profiles = withFictional(inputs.profiles ?? profileSets.table3);
    const grid = { profiles, networks: [paperNetwork], slasMs: range(50, 300, 5), selectors };
    return gridCells({ ...inputs, profiles }, grid);
  },
  report,
};

/** Adds a model as the paper adds NasNet Fictional: as slow as the most accurate one, much less accurate. */
function withFictional({ models, name, source }: ProfileSet): ProfileSet {
  const best = models.length > 0 ? mostAccurate(models) : nasNetLargeModel;
  const share = nasNetFictional.accuracyPct / nasNetLargeModel.accuracyPct;
  const fictional =
    best.name === nasNetLargeModel.name
      ? { ...best, name: nasNetFictional.name, accuracyPct: nasNetFictional.accuracyPct }
      : { ...best, name: `${best.name} Fictional`, accuracyPct: share * best.accuracyPct };
  return { name: `${name} + ${fictional.name}`, source, models: [...models, fictional] };
}

function report(results: readonly Result[], inputs: Inputs): Findings {
  const gapTo = (selector: 'three-stage-as-printed' | 'three-stage' | 'stage-one') =>
    Math.max(
      ...bySelector(results, selector).map(({ cell, outcome }) => {
        const best = outcomeAt(results, 'related-accurate', cell.slaMs);
        return (best?.accuracyPct ?? 0) - outcome.accuracyPct;
      }),
    );
  const fictional = results[0]?.cell.models.at(-1)?.name;
  const fictionalAt = (slaMs: number) =>
    outcomeAt(results, 'three-stage-as-printed', slaMs)?.usagePct.at(-1);
  const randomMs = bySelector(results, 'pure-random').map(({ outcome }) => outcome.meanMs);
  const printed = gapTo('three-stage-as-printed');
  return {
    headline: {
      value: `${printed.toFixed(1)} points`,
      what: `lost by Equation 3 as printed, with ${fictional}${isAsPaper(inputs) ? '; the paper: negligible' : ''}`,
      fails: printed >= 1,
    },
    says:
      `Equation 3 as printed (“MDInference”) loses up to ${printed.toFixed(1)} points to the most accurate ` +
      'model of the exploration set, because its utility is linear in accuracy: a model as slow and much ' +
      'less accurate keeps a large share. The first stage alone, which is what the authors’ published ' +
      `simulator does, loses ${gapTo('stage-one').toFixed(1)}${isAsPaper(inputs) ? ': the paper’s “negligible”.' : '.'} ` +
      'The service leaves out models that another one is at least equal to in accuracy and time, before ' +
      `the three stages: ${gapTo('three-stage').toFixed(1)}.`,
    summary: comparedRows(inputs, [
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
      {
        condition: 'three stages as the service runs them, any SLA',
        metric: 'accuracy below related accurate, at most, points',
        ours: gapTo('three-stage'),
      },
      ...[200, 300].map((slaMs) => ({
        condition: `three stages, SLA ${slaMs} ms`,
        metric: `use of ${fictional}, %`,
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
        { title: 'End-to-end latency, ms', points: pointsOverSla(results, 'meanMs'), step: 50 },
        {
          title: 'Aggregate accuracy, %',
          points: pointsOverSla(results, 'accuracyPct'),
          step: 10,
        },
      ],
    ),
  };
}
