import type { Result } from '../engine/cells/run-cells.ts';
import { residential } from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import { linePanels } from '../figures/line-panels.ts';
import { selectorSeries } from '../figures/theme.ts';
import {
  comparedRows,
  type Experiment,
  type Findings,
  gridCells,
  type Inputs,
  outcomeAt,
  pointsOverSla,
  range,
} from './experiment.ts';

const selectors = [
  'three-stage-as-printed',
  'static-accuracy',
  'pure-random',
  'static-latency',
] as const;

/** Figure 7: accuracy and on-device reliance with duplication on the residential network. */
export const fig7: Experiment = {
  name: 'fig7',
  title: 'With the device as a net: more accuracy, and less need of the net',
  source: 'Figure 7',
  plan: (inputs) =>
    gridCells(inputs, {
      profiles: profileSets.p2,
      networks: [residential],
      slasMs: range(0, 500, 10),
      selectors,
    }),
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const firstBelow = (selector: (typeof selectors)[number], reliancePct: number) =>
    results.find(
      ({ cell, outcome }) => cell.selector === selector && outcome.reliancePct <= reliancePct,
    )?.cell.slaMs;
  const ours = firstBelow('three-stage-as-printed', 10);
  const accurate = firstBelow('static-accuracy', 10);
  const gain = (slaMs: number) => {
    const selected = outcomeAt(results, 'three-stage-as-printed', slaMs);
    const largest = outcomeAt(results, 'static-accuracy', slaMs);
    return selected && largest && selected.duplicatedAccuracyPct - largest.duplicatedAccuracyPct;
  };
  return {
    says:
      `MDInference needs the device in at most one request of ten from an SLA of ${ours ?? '—'} ms on, the ` +
      `most accurate model alone from ${accurate ?? '—'} ms on.`,
    summary: comparedRows(inputs, [
      {
        condition: 'SLA 250 ms',
        metric: 'accuracy above static accuracy, points',
        ...{ paper: 7.32, ours: gain(250) },
      },
      ...selectors.map((selector) => ({
        condition: selectorSeries[selector].label,
        metric: 'shortest SLA with on-device reliance of at most 10 %, ms',
        ours: firstBelow(selector, 10),
      })),
    ]),
    figure: linePanels(
      'SLA, ms',
      selectors.map((name) => selectorSeries[name]),
      [
        {
          title: 'Aggregate accuracy with duplication, %',
          points: pointsOverSla(results, 'duplicatedAccuracyPct'),
          step: 10,
        },
        {
          title: 'On-device reliance, %',
          points: pointsOverSla(results, 'reliancePct'),
          step: 20,
        },
      ],
    ),
  };
}
