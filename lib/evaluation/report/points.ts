import type { SimulatedOutcome } from '../engine/outcome.ts';
import type { Section } from '../experiments/run.ts';
import { csvOf } from './csv.ts';

/** One number of one point: a row of `points.csv`. */
export interface Point {
  readonly experiment: string;
  /** What sets the point apart from others of its experiment, beside what the other fields say. */
  readonly condition: string;
  readonly profiles: string;
  readonly network: string;
  readonly slaMs: number;
  readonly strategy: string;
  readonly requests: number;
  readonly seed: number;
  readonly metric: string;
  /** Of shares: which model's. */
  readonly model: string;
  readonly value: number;
}

/** Everything that an outcome counts or averages, with the names of the CSV. */
const metrics = [
  ...['accuracyPct', 'duplicatedAccuracyPct', 'reliancePct'],
  ...['meanMs', 'stdMs', 'p50Ms', 'p99Ms'],
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
        ...{ slaMs: cell.slaMs, strategy: cell.selector },
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

const columns = [
  ...['experiment', 'condition', 'profiles', 'network', 'slaMs', 'strategy'],
  ...['requests', 'seed', 'metric', 'model', 'value'],
] as const satisfies readonly (keyof Point)[];

/** Points as CSV (RFC 4180), a number a row. */
export function pointsCsv(points: readonly Point[]): string {
  return csvOf(columns, points);
}
