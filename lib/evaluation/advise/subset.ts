import { mean, sum } from 'd3-array';
import { undominated } from '../../core/selection/ranking.ts';
import { NoCandidateError } from '../../core/selection/types.ts';
import { type RunOptions, runCells } from '../engine/cells/run-cells.ts';
import type { ProfiledModel } from '../engine/profiles/profile-sets.ts';
import { cellsOfQuestion, type Question } from './question.ts';

/** Some of the models, and how they do over all SLAs; accuracy is with duplication. */
export interface Subset {
  readonly models: readonly ProfiledModel[];
  readonly accuracyPct: number;
  readonly reliancePct: number;
  /** Mean service time of a request, in ms. */
  readonly busyMs: number;
  /** How far its accuracy is below the full set's, in points: on average, and at the worst SLA. */
  readonly lossPct: number;
  readonly worstLossPct: number;
}

/** The models that are enough. */
export interface SubsetAdvice {
  readonly full: Subset;
  /** The best subset of each size, up to the first that is good enough. */
  readonly bySize: readonly Subset[];
  /** The smallest subset within the given points of the full set. */
  readonly enough: Subset;
  /** Whether every subset of models worth having was tried. */
  readonly exhaustive: boolean;
}

/** All subsets of a size are tried if there are no more than this. */
const mostSubsets = 2_000;
/** Enough requests to tell subsets apart, since all of them face the same ones. */
const searchRequests = 1_000;

/**
 * Finds the smallest subset of models whose accuracy is within some points of the full set's. Models that
 * another one dominates are left out; of the others every subset is tried, from one model up. Where there
 * are too many of a size, only those that add one model to the best subset of the size below are tried.
 *
 * @param withinPct - how far below the full set it may be, in points of mean accuracy over the SLAs
 * @throws {@link NoCandidateError} when there is no model
 */
export async function adviseSubset(
  question: Question,
  withinPct: number,
  options: RunOptions = {},
): Promise<SubsetAdvice> {
  const { models } = question.profiles;
  if (models.length === 0) throw new NoCandidateError();
  const worthHaving = undominated(models);
  const search = { ...question, requests: Math.min(searchRequests, question.requests) };
  const [full] = await rate(question, [models], undefined, options);
  const bySize: Subset[] = [];
  let exhaustive = true;
  for (let size = 1; size <= worthHaving.length; size++) {
    const all = countSubsets(worthHaving.length, size) <= mostSubsets;
    exhaustive &&= all;
    const before = bySize.at(-1)?.models ?? [];
    const tried = all ? subsetsOf(worthHaving, size) : withOneMore(before, worthHaving);
    const rated = await rate(search, tried, undefined, options);
    const best = rated.reduce((a, b) => (b.accuracyPct > a.accuracyPct ? b : a));
    // Found with few requests, measured with all of them.
    const [measured] = await rate(question, [best.models], full, options);
    if (measured) bySize.push(measured);
    if (measured && measured.lossPct <= withinPct) break;
  }
  const enough = bySize.at(-1);
  if (!full || !enough) throw new NoCandidateError();
  return { full, bySize, enough, exhaustive };
}

/** How each of some sets of models does. */
async function rate(
  question: Question,
  sets: readonly (readonly ProfiledModel[])[],
  full: Rated | undefined,
  options: RunOptions,
): Promise<Rated[]> {
  const cells = sets.flatMap((models) => cellsOfQuestion(question, { models }));
  const results = await runCells(cells, options);
  return sets.map((models, i) => {
    const own = results.slice(i * question.slasMs.length, (i + 1) * question.slasMs.length);
    const bySla = own.map(({ outcome }) => outcome.duplicatedAccuracyPct);
    const fullBySla = full?.bySla ?? bySla;
    const losses = bySla.map((accuracyPct, sla) => (fullBySla[sla] ?? 0) - accuracyPct);
    const busyMs = own.map(({ outcome: { usagePct } }) =>
      sum(usagePct, (share, m) => (share / 100) * (models[m]?.meanMs ?? 0)),
    );
    return {
      ...{ models, bySla, busyMs: meanOf(busyMs) },
      accuracyPct: meanOf(bySla),
      reliancePct: meanOf(own.map(({ outcome }) => outcome.reliancePct)),
      ...{ lossPct: meanOf(losses), worstLossPct: Math.max(...losses) },
    };
  });
}

function meanOf(values: readonly number[]): number {
  return mean(values) ?? Number.NaN;
}

interface Rated extends Subset {
  readonly bySla: readonly number[];
}

function countSubsets(of: number, size: number): number {
  let count = 1;
  for (let i = 1; i <= size; i++) count = (count * (of - size + i)) / i;
  return count;
}

/** All subsets of a size. */
export function subsetsOf<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) =>
    subsetsOf(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]),
  );
}

function withOneMore<T>(chosen: readonly T[], items: readonly T[]): T[][] {
  return items.filter((item) => !chosen.includes(item)).map((item) => [...chosen, item]);
}
