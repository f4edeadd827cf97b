import { mean } from 'd3-array';
import type { StrategyName } from '../../core/selection/strategies.ts';
import { type Candidate, NoCandidateError } from '../../core/selection/types.ts';
import type { Cell } from '../engine/cells/cell.ts';
import { type RunOptions, runCells } from '../engine/cells/run-cells.ts';
import type { SimulatedOutcome } from '../engine/outcome.ts';
import type { ProfiledModel } from '../engine/profiles/profile-sets.ts';
import type { SelectorName } from '../engine/selectors.ts';
import { deployedClockErrorMs } from '../engine/simulate.ts';
import { type Traffic, withSlasTimes } from '../traffic/traffic.ts';
import { adviseDevice, type DeviceAdvice } from './device.ts';
import { cellsOfQuestion, type Question } from './question.ts';
import { adviseSubset } from './subset.ts';

/** What is asked about traffic. */
export interface TrafficQuestion {
  readonly models: readonly ProfiledModel[];
  /** What a device could carry, with the times that it would take there. */
  readonly onDevice: readonly Candidate[];
  /** The strategy that is deployed. */
  readonly strategy: StrategyName;
  readonly strategies: readonly SelectorName[];
  /** Accuracy in percent of the model on the device; 0 without one: a late answer counts as wrong. */
  readonly deviceAccuracyPct: number;
  /** Every SLA of the traffic is multiplied by each of these. */
  readonly slaFactors: readonly number[];
  /** How far below the best the advised choice may be, in points of accuracy. */
  readonly withinPct: number;
  readonly requests: number;
  readonly seed: number;
  /** What a month costs in USD when models answer these shares of the requests. */
  usdPerMonth(shares: ReadonlyMap<string, number>): number;
}

/** One way to serve the traffic, what users get of it, and what it costs. */
export interface TrafficOption {
  readonly what: string;
  /** Mean accuracy of what users get, in percent, the device's answers included. */
  readonly accuracyPct: number;
  /** Share of the requests in percent that the cloud answers in time. */
  readonly inTimePct: number;
  /** Share of the requests in percent that each model answers, in the order of the models. */
  readonly usagePct: ReadonlyMap<string, number>;
  readonly usdPerMonth: number;
}

/** The ways to serve the traffic that one question is about, and the one that is advised. */
export interface Choice<Option> {
  readonly options: readonly Option[];
  readonly best: Option;
  /** Of those within the given points of the best: the cheapest, the smallest, the shortest or the fastest. */
  readonly advised: Option;
}

/** A strategy for the traffic; the oracle is the ceiling, and not advised. */
export type StrategyOption = TrafficOption & { readonly selector: SelectorName };
/** A subset of the models for the traffic. */
export type SubsetOption = TrafficOption & { readonly models: readonly string[] };
/** The SLAs of the traffic, multiplied. */
export type SlaOption = TrafficOption & { readonly factor: number };

/** What real traffic says about how to serve it. */
export interface TrafficAdvice {
  /** What was logged, not simulated. */
  readonly logged: TrafficOption;
  readonly strategies: Choice<StrategyOption>;
  readonly subsets: Choice<SubsetOption>;
  readonly slas: Choice<SlaOption>;
  readonly devices: DeviceAdvice;
}

/**
 * Serves traffic that really came in other ways: by other strategies, with fewer models, within other SLAs, with
 * other models on the device. The network, the SLA and the client's report of each request are its own; hedging is
 * left out.
 *
 * @throws {@link NoCandidateError} when there is no model
 */
export async function adviseTraffic(
  traffic: Traffic,
  asked: TrafficQuestion,
  options: RunOptions = {},
): Promise<TrafficAdvice> {
  const question = questionOf(traffic, asked);
  const serve = async <Of>(ways: readonly { what: string; change: Partial<Cell>; of: Of }[]) => {
    const cells = ways.flatMap(({ change }) => cellsOfQuestion(question, change));
    const results = await runCells(cells, options);
    return results.map(({ cell, outcome }, i) => ({
      ...optionOf(ways[i]?.what ?? '', cell.models, outcome, asked),
      ...(ways[i]?.of as Of),
    }));
  };
  const strategies = await serve(
    asked.strategies.map((selector) => ({
      what: selector,
      change: { selector },
      of: { selector },
    })),
  );
  const { bySize, full } = await adviseSubset(question, asked.withinPct, options);
  const sets = bySize.some(({ models }) => models.length === full.models.length)
    ? bySize
    : [...bySize, full];
  const subsets = await serve(
    sets.map(({ models }) => ({
      what: `${models.length} of ${full.models.length} models`,
      change: { models },
      of: { models: models.map(({ name }) => name) },
    })),
  );
  const slas = await serve(
    asked.slaFactors.map((factor) => ({
      what: `SLA × ${factor}`,
      change: {
        network: withSlasTimes(traffic.network, factor),
        slaMs: factor * traffic.medianSlaMs,
      },
      of: { factor },
    })),
  );
  const within = { withinPct: asked.withinPct };
  const isReal = ({ selector }: StrategyOption) => selector !== 'oracle';
  return {
    logged: loggedOption(traffic, asked),
    strategies: {
      ...choose(strategies.filter(isReal), (it) => it.usdPerMonth, within),
      options: strategies,
    },
    subsets: choose(subsets, ({ models }) => models.length, within),
    slas: choose(slas, ({ factor }) => factor, within),
    devices: adviseDevice(question, asked.onDevice, asked.withinPct),
  };
}

function questionOf(traffic: Traffic, asked: TrafficQuestion): Question {
  const { models, strategy, requests, seed, deviceAccuracyPct } = asked;
  return {
    profiles: { name: 'traffic', source: traffic.network.name, models },
    network: traffic.network,
    slasMs: [traffic.medianSlaMs],
    ...{ strategy, requests, seed, deviceAccuracyPct, clockErrorMs: deployedClockErrorMs },
  };
}

function optionOf(
  what: string,
  models: readonly Candidate[],
  outcome: SimulatedOutcome,
  { usdPerMonth }: TrafficQuestion,
): TrafficOption {
  const shares = new Map(models.map(({ name }, i) => [name, outcome.usagePct[i] ?? 0]));
  return {
    what,
    accuracyPct: outcome.duplicatedAccuracyPct,
    inTimePct: 100 - outcome.reliancePct,
    usagePct: shares,
    usdPerMonth: usdPerMonth(ofOne(shares)),
  };
}

/** What was logged. Whether an answer was in time is known where its T_output is, and else by what that is taken to be. */
function loggedOption(
  { requests, network }: Traffic,
  { models, deviceAccuracyPct, usdPerMonth }: TrafficQuestion,
): TrafficOption {
  const inTime = requests.map(({ inputMs, serverMs, slaMs, model }, i) => {
    const outputMs = network.outputMs[i] ?? 0;
    return model !== undefined && inputMs + (serverMs ?? 0) + outputMs <= slaMs;
  });
  const answered = requests.filter(({ model }) => models.some(({ name }) => name === model));
  const usagePct = new Map(
    models.map(({ name }) => {
      const own = answered.filter(({ model }) => model === name).length;
      return [name, (100 * own) / Math.max(1, answered.length)];
    }),
  );
  return {
    what: 'as logged',
    accuracyPct:
      mean(requests, ({ accuracyPct = 0 }, i) =>
        inTime[i] ? Math.max(accuracyPct, deviceAccuracyPct) : deviceAccuracyPct,
      ) ?? 0,
    inTimePct: (100 * inTime.filter(Boolean).length) / requests.length,
    usagePct,
    usdPerMonth: usdPerMonth(ofOne(usagePct)),
  };
}

function ofOne(percents: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...percents].map(([name, pct]) => [name, pct / 100]));
}

/** @param price - the less the better, among those that are accurate enough */
function choose<Option extends TrafficOption>(
  options: readonly Option[],
  price: (option: Option) => number,
  { withinPct }: { withinPct: number },
): Choice<Option> {
  const [first, ...others] = options;
  if (!first) throw new NoCandidateError();
  const best = others.reduce((a, b) => (b.accuracyPct > a.accuracyPct ? b : a), first);
  const advised = options
    .filter(({ accuracyPct }) => accuracyPct >= best.accuracyPct - withinPct)
    .reduce((a, b) => (price(b) < price(a) ? b : a), best);
  return { options, best, advised };
}
