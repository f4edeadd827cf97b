import type { Cell } from '../engine/cells/cell.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import type { LinkNetwork, SimulatedNetwork, TrafficNetwork } from '../engine/network/networks.ts';
import { deviceAccuracyPct, type ProfileSet } from '../engine/profiles/profile-sets.ts';
import type { SelectorName } from '../engine/selectors.ts';
import type { LinePoint } from '../figures/line-panels.ts';
import { type Figure, selectorSeries } from '../figures/theme.ts';
import type { UploadRow } from './uploads-report.ts';

/** What experiments are run with. What is absent is taken from the paper. */
export interface Inputs {
  /** Number of requests of each point. */
  readonly requests: number;
  readonly seed: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
  readonly profiles?: ProfileSet | undefined;
  /** Models with a device of which it was measured how sure it is, for the rows that need that. */
  readonly certain?: ProfileSet | undefined;
  readonly network?: SimulatedNetwork | undefined;
  /** Real requests with SLAs of their own, for the experiment with them. */
  readonly traffic?: TrafficNetwork | undefined;
  readonly slasMs?: readonly number[] | undefined;
  /** Recorded links, for the experiment over them. */
  readonly links?: readonly LinkNetwork[] | undefined;
  /** What pictures sent over these links by different ways come to, where it was run. */
  readonly uploads?: readonly UploadRow[] | undefined;
}

/** As the paper: 10,000 requests a point (Section V). */
export const defaultInputs: Inputs = { requests: 10_000, seed: 1, deviceAccuracyPct };

/** A number that the paper gives or could give, beside ours. */
export interface SummaryRow {
  readonly experiment: string;
  readonly condition: string;
  /** With the unit. */
  readonly metric: string;
  /** null where the paper gives none, or the models, the network or the device are not the paper's. */
  readonly paper: number | null;
  readonly ours: number;
}

/** A table below a figure. */
export interface FindingsTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Indices of the rows that are this project's own. */
  readonly own?: readonly number[];
  /** Number of leading columns that are text; the others are numbers. */
  readonly textColumns: number;
}

/** A number for the top of the report. */
export interface Headline {
  readonly value: string;
  readonly what: string;
  /** Whether it is about a result of the paper that is not reproduced. */
  readonly fails?: boolean;
}

/** The findings of an experiment. */
export interface Findings {
  /** What the figure shows, in a sentence or two, with the numbers of this run. */
  readonly says: string;
  readonly headline?: Headline | undefined;
  readonly summary: readonly Omit<SummaryRow, 'experiment'>[];
  readonly figure: Figure;
  readonly table?: FindingsTable;
  /** What pictures are sent as, over recorded links. */
  readonly uploads?: FindingsTable | undefined;
}

/** A figure or table: the points that it needs, and what it makes of their outcomes. Both are pure. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** Where it is in the paper, or that it goes beyond it. */
  readonly source: string;
  /** Why it cannot be run with the inputs; undefined when it can. */
  unfit?(inputs: Inputs): string | undefined;
  plan(inputs: Inputs): Cell[];
  /** @param results - those of the planned cells, in their order */
  report(results: readonly Result[], inputs: Inputs): Findings;
}

/** A grid of cells: every network with every SLA and every selector. */
export interface Grid {
  readonly profiles: ProfileSet;
  readonly networks: readonly SimulatedNetwork[];
  readonly slasMs: readonly number[];
  readonly selectors: readonly SelectorName[];
}

/** The cells of a grid; profiles, network and SLAs of the inputs replace those of the grid. */
export function gridCells(inputs: Inputs, grid: Grid, changes: Partial<Cell> = {}): Cell[] {
  const { requests, seed, profiles = grid.profiles, slasMs = grid.slasMs } = inputs;
  const networks = inputs.network ? [inputs.network] : grid.networks;
  const common = {
    ...{ requests, seed, deviceAccuracyPct: inputs.deviceAccuracyPct, clockErrorMs: 0 },
    ...{ profiles: profiles.name, models: profiles.models },
  };
  return networks.flatMap((network) =>
    grid.selectors.flatMap((selector) =>
      slasMs.map((slaMs) => ({ ...common, network, selector, slaMs, ...changes })),
    ),
  );
}

/** The numbers from `from` to `to`, both included. */
export function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

/** Whether models, network and device are the paper's, so that its numbers can be compared with ours. */
export function isAsPaper({ profiles, network, ...inputs }: Inputs): boolean {
  const sameDevice = inputs.deviceAccuracyPct === deviceAccuracyPct;
  return profiles === undefined && network === undefined && sameDevice;
}

/** Rows of the summary; the paper's numbers are kept only as long as the inputs are the paper's. */
export function comparedRows(
  inputs: Inputs,
  rows: readonly {
    readonly condition: string;
    readonly metric: string;
    readonly paper?: number;
    readonly ours: number | undefined;
  }[],
): Omit<SummaryRow, 'experiment'>[] {
  return rows.flatMap(({ condition, metric, paper, ours }) =>
    ours === undefined || !Number.isFinite(ours)
      ? []
      : [{ condition, metric, paper: isAsPaper(inputs) ? (paper ?? null) : null, ours }],
  );
}

/** The results of a selector. */
export function bySelector(results: readonly Result[], selector: SelectorName): Result[] {
  return results.filter(({ cell }) => cell.selector === selector);
}

/** The outcome of a selector at an SLA, if that was run. */
export function outcomeAt(results: readonly Result[], selector: SelectorName, slaMs: number) {
  return bySelector(results, selector).find(({ cell }) => cell.slaMs === slaMs)?.outcome;
}

/** A number of every outcome over the SLA, as points of a line for each selector. */
export function pointsOverSla(
  results: readonly Result[],
  field: 'meanMs' | 'accuracyPct' | 'duplicatedAccuracyPct' | 'reliancePct',
): LinePoint[] {
  return results.map(({ cell, outcome }) => ({
    x: cell.slaMs,
    series: selectorSeries[cell.selector].label,
    value: outcome[field],
  }));
}
