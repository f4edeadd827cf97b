import { mean, sum } from 'd3-array';
import { pricesOf } from '../../core/pricing/prices.ts';
import { modelNameOf } from '../../core/selection/sizes.ts';
import { defaultAssumptions } from '../cost/assumptions.ts';
import { estimateCost } from '../cost/estimate.ts';
import type { PricedModel } from '../cost/models.ts';
import { usageOf } from '../cost/usage.ts';
import { type Result, type RunOptions, runCells } from '../engine/cells/run-cells.ts';
import type { SimulatedNetwork } from '../engine/network/networks.ts';
import { linePanels } from '../figures/line-panels.ts';
import { type Figure, modelColours } from '../figures/theme.ts';
import { atSizes, type Scaling } from '../sizes/scaling.ts';
import { cellsOfQuestion, type Question } from './question.ts';

/** What is to be found out about sizes. */
export interface SizeQuestion {
  /** Its models are scaled from the memory that they have. */
  readonly question: Question & { readonly profiles: { readonly models: readonly PricedModel[] } };
  /** Each counts as much as the others. */
  readonly networks: readonly SimulatedNetwork[];
  /** Memory in MB of the functions of the small size and of the big one. */
  readonly smallMb: number;
  readonly bigMb: number;
  readonly scalingOf: (model: PricedModel) => Scaling;
  /** Whose list prices, see `pricesOf`. */
  readonly region: string;
}

/** Every model at the same sizes, at one SLA. */
export interface SizedOutcome {
  /** Memory of each model's functions in MB. */
  readonly sizesMb: readonly number[];
  readonly slaMs: number;
  /** What users get in percent, the device's answers included. */
  readonly accuracyPct: number;
  /** Share of late answers in percent. */
  readonly reliancePct: number;
  /** Share of the requests in percent that another than the smallest size answers. */
  readonly largerPct: number;
  /** What the functions cost for a million requests, the selector among them, in USD. */
  readonly usdPerMillion: number;
}

/** The small size alone, the big one alone, and both. */
export interface SizeAdvice {
  readonly small: readonly SizedOutcome[];
  readonly big: readonly SizedOutcome[];
  readonly both: readonly SizedOutcome[];
}

/**
 * How accurate and how expensive a deployment is with every model at a small size, at a big one, and at both,
 * for each SLA: simulated, with the times that the models' scaling says.
 *
 * @throws {@link NoCandidateError} when there is no model
 * @throws {@link UnknownRegionError} when there are no prices of the region
 */
export async function adviseSizes(
  asked: SizeQuestion,
  options: RunOptions = {},
): Promise<SizeAdvice> {
  const { smallMb, bigMb } = asked;
  const sets = { small: [smallMb], big: [bigMb], both: [smallMb, bigMb] };
  const rate = (sizesMb: readonly number[]) => rateSizes(asked, sizesMb, options);
  return {
    small: await rate(sets.small),
    big: await rate(sets.big),
    both: await rate(sets.both),
  };
}

async function rateSizes(
  { question, networks, scalingOf, region }: SizeQuestion,
  sizesMb: readonly number[],
  options: RunOptions,
): Promise<SizedOutcome[]> {
  const models = atSizes(question.profiles.models, sizesMb, scalingOf);
  const cells = networks.flatMap((network) => cellsOfQuestion(question, { models, network }));
  const results = await runCells(cells, options);
  return question.slasMs.map((slaMs) => {
    const own = results.filter(({ cell }) => cell.slaMs === slaMs);
    const mix = mixOf(own, models);
    return {
      ...{ sizesMb, slaMs },
      accuracyPct: meanOf(own, ({ outcome }) => outcome.duplicatedAccuracyPct),
      reliancePct: meanOf(own, ({ outcome }) => outcome.reliancePct),
      largerPct: 100 * sum(models, (model) => (isLarger(model) ? (mix.get(model.name) ?? 0) : 0)),
      usdPerMillion: functionsUsd(models, mix, region),
    };
  });
}

function isLarger(model: PricedModel): boolean {
  return modelNameOf(model) !== model.name;
}

/** Each function's share of the requests. */
function mixOf(results: readonly Result[], models: readonly PricedModel[]): Map<string, number> {
  return new Map(
    models.map(({ name }, i) => [
      name,
      meanOf(results, ({ outcome }) => (outcome.usagePct[i] ?? 0) / 100),
    ]),
  );
}

/** What depends on sizes: Lambda's part of the bill. */
function functionsUsd(
  models: readonly PricedModel[],
  mix: ReadonlyMap<string, number>,
  region: string,
): number {
  const requestsPerMonth = 1_000_000;
  const provisioned = { selector: 0, models: new Map<string, number>() };
  const usage = usageOf({ models, mix, requestsPerMonth, provisioned }, defaultAssumptions);
  const { items } = estimateCost(usage, pricesOf(region), 'x86_64');
  return sum(items, ({ unit, usd }) => (unit === 'GB-s' || unit === 'calls' ? usd : 0));
}

function meanOf<T>(values: readonly T[], of: (value: T) => number): number {
  return mean(values, of) ?? Number.NaN;
}

/** Accuracy against cost: a line for each of the three, a point for each SLA. */
export function sizesFigure({ small, big, both }: SizeAdvice): Figure {
  const sets = [small, both, big];
  const labels = sets.map(([first]) => (first?.sizesMb ?? []).map((mb) => `${mb} MB`).join(' + '));
  const colours = modelColours(sets.length + 2).slice(2);
  const panel = (title: string, step: number, of: (outcome: SizedOutcome) => number) => ({
    ...{ title, step },
    points: sets.flatMap((outcomes, i) =>
      outcomes.map((one) => ({ x: one.slaMs, series: labels[i] ?? '', value: of(one) })),
    ),
  });
  return linePanels(
    'SLA, ms',
    labels.map((label, i) => ({ label, colour: colours[i] ?? '' })),
    [
      panel('Right, %, the device’s answers included', 5, ({ accuracyPct }) => accuracyPct),
      panel('Functions, $ for a million requests', 2, ({ usdPerMillion }) => usdPerMillion),
    ],
    { marked: true },
  );
}
