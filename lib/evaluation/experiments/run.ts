import {
  countDistinct,
  type Result,
  type RunOptions,
  runCells,
} from '../engine/cells/run-cells.ts';
import type { Experiment, Findings, Inputs, SummaryRow } from './experiment.ts';
import { experiments } from './index.ts';

/** An experiment cannot be run as asked; the message names it. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
}

/** An experiment that was run. */
export interface Section {
  readonly experiment: Experiment;
  readonly results: readonly Result[];
  readonly findings: Findings;
}

/** Experiments that were asked for, and why some of `all` were left out. */
export interface ChosenExperiments {
  readonly chosen: readonly Experiment[];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Finds experiments by their names; `all` are those that the inputs fit.
 *
 * @throws {@link ExperimentError} for a name that there is not, and for one whose inputs do not fit
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
 * Runs experiments; points that several of them have in common are run once.
 *
 * @param onPlanned - told how many points there are, before the first is run
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

/** The paper's numbers beside ours, of all sections. */
export function summaryRows(sections: readonly Section[]): SummaryRow[] {
  return sections.flatMap(({ experiment: { name }, findings }) =>
    findings.summary.map((row) => ({ experiment: name, ...row })),
  );
}
