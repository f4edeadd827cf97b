import { MdInferenceError } from '../../core/errors.ts';
import {
  countDistinct,
  type Result,
  type RunOptions,
  runCells,
} from '../engine/cells/run-cells.ts';
import type { Experiment, Findings, Inputs } from './experiment.ts';
import { fig3a } from './fig3a.ts';
import { fig3b } from './fig3b.ts';
import { fig4 } from './fig4.ts';
import { fig5 } from './fig5.ts';
import { fig6 } from './fig6.ts';
import { fig7 } from './fig7.ts';
import { fig8 } from './fig8.ts';
import { links } from './links.ts';
import { practice } from './practice.ts';
import { realistic } from './realistic.ts';
import { table4 } from './table4.ts';
import { traffic } from './traffic.ts';

/** All experiments, the paper's in its order, then those beyond it. */
export const experiments: readonly Experiment[] = [
  ...[fig3a, fig3b, fig4, fig5, fig6, fig7, table4, fig8],
  ...[practice, realistic, links, traffic],
];

/** An experiment cannot be run as asked; the message names it. */
export class ExperimentError extends MdInferenceError {
  override readonly name = 'ExperimentError';
}

/** An experiment with its results. */
export interface Section {
  readonly experiment: Experiment;
  readonly results: readonly Result[];
  readonly findings: Findings;
}

/** The experiments to run, and why others of `all` were left out. */
export interface ChosenExperiments {
  readonly chosen: readonly Experiment[];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Finds experiments by their names; `all` stands for those that can be run with the inputs.
 *
 * @throws {@link ExperimentError} when there is no experiment of a name, or it cannot be run
 */
export function chooseExperiments(names: readonly string[], inputs: Inputs): ChosenExperiments {
  const known = experiments.map(({ name }) => name);
  const unknown = names.find((name) => name !== 'all' && !known.includes(name));
  if (unknown !== undefined) {
    throw new ExperimentError(`there is no experiment "${unknown}", only all, ${known.join(', ')}`);
  }
  const asked = experiments.filter(({ name }) => names.includes('all') || names.includes(name));
  const leftOut = asked.flatMap((experiment) => {
    const why = experiment.unfit?.(inputs);
    return why === undefined ? [] : [{ name: experiment.name, why }];
  });
  const named = leftOut.find(({ name }) => names.includes(name));
  if (named) throw new ExperimentError(`${named.name}: ${named.why}`);
  const chosen = asked.filter(({ name }) => !leftOut.some((left) => left.name === name));
  return { chosen, leftOut };
}

/**
 * Runs experiments; points that several of them share are run once.
 *
 * @param options.onPlanned - called with the number of points before the first is run
 * @throws Error when a thread fails, see {@link runCells}
 */
export async function runExperiments(
  chosen: readonly Experiment[],
  inputs: Inputs,
  { onPlanned, ...options }: RunOptions & { readonly onPlanned?: (points: number) => void } = {},
): Promise<Section[]> {
  const plans = chosen.map((experiment) => experiment.plan(inputs));
  const cells = plans.flat();
  onPlanned?.(countDistinct(cells));
  const results = await runCells(cells, options);
  let from = 0;
  return chosen.map((experiment, i) => {
    const to = from + (plans[i]?.length ?? 0);
    const own = results.slice(from, to);
    from = to;
    return { experiment, results: own, findings: experiment.report(own, inputs) };
  });
}
