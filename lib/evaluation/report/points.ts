import { csvFormat } from 'd3-dsv';
import type { Cell } from '../engine/cells/cell.ts';
import type { SimulatedOutcome } from '../engine/outcome.ts';
import type { Section } from '../experiments/run.ts';

/** One number of a point of an experiment: a row of `points.csv`. */
export interface Point {
  readonly experiment: string;
  /** What distinguishes the point from others of its experiment, apart from the other fields. */
  readonly condition: string;
  readonly profiles: string;
  readonly network: string;
  readonly slaMs: number;
  readonly strategy: string;
  /** Whether and how the service hedges. */
  readonly hedging: '' | 'one answer' | 'two answers';
  readonly requests: number;
  readonly seed: number;
  readonly metric: string;
  /** The model that a share of requests belongs to; empty for other metrics. */
  readonly model: string;
  readonly value: number;
}

/** The numbers of an outcome; their names are those of the CSV. */
const metrics = [
  ...['accuracyPct', 'duplicatedAccuracyPct', 'reliancePct'],
  ...['meanMs', 'stdMs', 'p50Ms', 'p99Ms', 'extraPct'],
] as const satisfies readonly (keyof SimulatedOutcome)[];

/** Every number of every point, in the order of the experiments. */
export function pointsOf(sections: readonly Section[]): Point[] {
  return sections.flatMap(({ experiment, results }) =>
    results.flatMap(({ cell, outcome }) => {
      const common = {
        experiment: experiment.name,
        condition: cell.condition ?? '',
        profiles: cell.profiles,
        network: cell.network.name,
        ...{ slaMs: cell.slaMs, strategy: cell.selector, hedging: hedgingOf(cell) },
        ...{ requests: cell.requests, seed: cell.seed },
      };
      return [
        ...metrics.map((metric) => ({ ...common, metric, model: '', value: outcome[metric] })),
        ...outcome.usagePct.flatMap((value, i) =>
          value > 0
            ? [{ ...common, metric: 'usagePct', model: cell.models[i]?.name ?? '', value }]
            : [],
        ),
      ];
    }),
  );
}

function hedgingOf({ hedging }: Cell): Point['hedging'] {
  if (!hedging) return '';
  return hedging.twoAnswers ? 'two answers' : 'one answer';
}

const columns = [
  ...['experiment', 'condition', 'profiles', 'network', 'slaMs', 'strategy', 'hedging'],
  ...['requests', 'seed', 'metric', 'model', 'value'],
] as const satisfies readonly (keyof Point)[];

/** Points as CSV with a header, one number a row. */
export function pointsCsv(points: readonly Point[]): string {
  return `${csvFormat(points, columns)}\n`;
}
