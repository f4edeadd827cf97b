import { findDominated } from '../../core/selection/ranking.ts';
import { NoCandidateError } from '../../core/selection/types.ts';
import { type RunOptions, runCells } from '../engine/cells/run-cells.ts';
import type { ProfiledModel } from '../engine/profiles/profile-sets.ts';
import { cellsOfQuestion, meanOf, type Question } from './question.ts';

/** Some of the models, and how well they do over all SLAs; accuracy is with duplication. */
export interface Subset {
  readonly models: readonly ProfiledModel[];
  readonly accuracyPct: number;
  readonly reliancePct: number;
  /** Mean time that a request keeps a model busy, in ms. */
  readonly busyMs: number;
  /** How far below the full set it is, in points: on average, and at the SLA where it is furthest. */
  readonly lossPct: number;
  readonly worstLossPct: number;
}

/** Which models are enough. */
export interface SubsetAdvice {
  readonly full: Subset;
  /** The best of each size, up to the first that is good enough. */
  readonly bySize: readonly Subset[];
  /** The fewest models that are within the points asked for. */
  readonly enough: Subset;
  /** Whether every subset of models worth having was tried. */
  readonly exhaustive: boolean;
}

/** Subsets of one size are all tried as long as they are no more. */
const mostSubsets = 2_000;
/** Enough to tell subsets apart: all of them meet the same requests. */
const searchRequests = 1_000;

/**
 * Finds the fewest models that are within some points of all of them. Models that another one beats in
 * both accuracy and speed are not worth having; of the others every subset is tried, from one model up.
 * Where there are too many, the best of a size is the best of the size before and one more.
 *
 * @param withinPct - in points of mean accuracy over the SLAs
 * @throws NoCandidateError when there is no model
 */
export async function adviseSubset(
  question: Question,
  withinPct: number,
  options: RunOptions = {},
): Promise<SubsetAdvice> {
  const { models } = question.profiles;
  if (models.length === 0) throw new NoCandidateError();
  const dominated = findDominated(models);
  const worthHaving = models.filter(({ name }) => !dominated.has(name));
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
    // What few requests have found all of them measure.
    const [measured] = await rate(question, [best.models], full, options);
    if (measured) bySize.push(measured);
    if (measured && measured.lossPct <= withinPct) break;
  }
  const enough = bySize.at(-1);
  if (!full || !enough) throw new NoCandidateError();
  return { full, bySize, enough, exhaustive };
}

/** How some sets of models do, in their order. */
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
      usagePct.reduce((sum, share, m) => sum + (share / 100) * (models[m]?.meanMs ?? 0), 0),
    );
    return {
      ...{ models, bySla, busyMs: meanOf(busyMs) },
      accuracyPct: meanOf(bySla),
      reliancePct: meanOf(own.map(({ outcome }) => outcome.reliancePct)),
      ...{ lossPct: meanOf(losses), worstLossPct: Math.max(...losses) },
    };
  });
}

interface Rated extends Subset {
  readonly bySla: readonly number[];
}

function countSubsets(of: number, size: number): number {
  let count = 1;
  for (let i = 1; i <= size; i++) count = (count * (of - size + i)) / i;
  return count;
}

/** All subsets of one size. */
export function subsetsOf<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) =>
    subsetsOf(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]),
  );
}

function withOneMore<T>(chosen: readonly T[], items: readonly T[]): T[][] {
  return items.filter((item) => !chosen.includes(item)).map((item) => [...chosen, item]);
}
