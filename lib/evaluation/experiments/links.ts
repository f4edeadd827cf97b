import type { Result } from '../engine/cells/run-cells.ts';
import { profileSets, withoutDeviceModel } from '../engine/profiles/profile-sets.ts';
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
import { slasMs } from './links-report.ts';
import { uploadsFindings } from './uploads-findings.ts';

const selectors = ['three-stage', 'expected-accuracy', 'oracle'] as const;

/** Beyond the paper: recorded mobile links. */
export const links: Experiment = {
  name: 'links',
  title: 'On recorded mobile links',
  source: 'beyond the paper',
  unfit: ({ links: given }) =>
    given === undefined || given.length === 0
      ? 'it needs recorded links: --traces FOLDER with NAME.up and NAME.down of each'
      : undefined,
  plan: (inputs) =>
    (['p2', 'c5'] as const).flatMap((name) =>
      gridCells(
        { ...inputs, network: undefined },
        {
          profiles: withoutDeviceModel(profileSets[name]),
          // A profile set of the user's is run once, not in place of both.
          networks: inputs.profiles && name === 'c5' ? [] : (inputs.links ?? []),
          slasMs: slasMs[name],
          selectors,
        },
        { clockErrorMs: deployedClockErrorMs },
      ),
    ),
  report,
};

function report(results: readonly Result[], inputs: Inputs): Findings {
  const names = [...new Set(results.map(({ cell }) => cell.network.name))];
  const uploads = uploadsFindings(inputs, inputs.uploads);
  const meanOf = (
    selector: (typeof selectors)[number],
    field: 'duplicatedAccuracyPct' | 'reliancePct',
    link?: string,
  ) => {
    const own = results.filter(
      ({ cell }) => cell.selector === selector && (link ?? cell.network.name) === cell.network.name,
    );
    return own.reduce((sum, { outcome }) => sum + outcome[field], 0) / own.length;
  };
  const dots = (field: 'duplicatedAccuracyPct' | 'reliancePct') =>
    names.flatMap((row) =>
      selectors.map((selector) => ({
        row,
        series: selectorSeries[selector].label,
        value: meanOf(selector, field, row),
        hollow: selector === 'oracle',
      })),
    );
  const accuracy = (selector: (typeof selectors)[number]) =>
    meanOf(selector, 'duplicatedAccuracyPct').toFixed(1);
  return {
    says:
      `Means over profiles and SLAs: MDInference ${accuracy('three-stage')} %, choosing by expected ` +
      `accuracy ${accuracy('expected-accuracy')} %, the oracle ${accuracy('oracle')} %. An answer is one ` +
      'packet and an image dozens: taking T_output for as long as T_input wastes time.',
    uploads: uploads.uploads,
    summary: [
      ...comparedRows(
        inputs,
        [...names, undefined].flatMap((link) =>
          selectors.flatMap((selector) => {
            const condition = `${link ?? 'mean of all links'}, ${selectorSeries[selector].label}`;
            return [
              {
                ...{ condition, metric: 'accuracy, %' },
                ours: meanOf(selector, 'duplicatedAccuracyPct', link),
              },
              {
                ...{ condition, metric: 'on-device reliance, %' },
                ours: meanOf(selector, 'reliancePct', link),
              },
            ];
          }),
        ),
      ),
      ...uploads.summary,
    ],
    figure: dotPanels(
      selectors.map((name) => selectorSeries[name]),
      [
        {
          title: 'Accuracy with duplication, %',
          dots: dots('duplicatedAccuracyPct'),
          step: 10,
        },
        { title: 'On-device reliance, %', dots: dots('reliancePct'), step: 20 },
      ],
    ),
  };
}
