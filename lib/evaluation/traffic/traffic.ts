import { mean } from 'd3-array';
import { quantileOfSorted } from '../../core/statistics/quantile.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import type { RequestLine } from '../../service/request-line.ts';
import { secondsPerMonth } from '../cost/assumptions.ts';
import type { TrafficNetwork, TrafficOrder } from '../engine/network/networks.ts';
import { joinOutputTimes } from './output-times.ts';

/** The requests that a deployment had, in the order of their time, and what they were like. */
export interface Traffic {
  /** Their T_input, T_output and SLA. */
  readonly network: TrafficNetwork & { readonly slaMs: Float64Array };
  readonly requests: readonly RequestLine[];
  /** From the first to the last. */
  readonly spanMs: number;
  /** As many as there would be in a month at this rate; undefined for a single moment. */
  readonly requestsPerMonth: number | undefined;
  readonly medianSlaMs: number;
  /** Mean accuracy in percent of the models on the devices; undefined when no client has told it. */
  readonly deviceAccuracyPct: number | undefined;
  /** Share of the requests in percent whose T_output a client has reported. */
  readonly reportedPct: number;
  /** Share of the requests in percent whose T_input is the deployment's default: nothing said when they began. */
  readonly guessedPct: number;
}

/** What makes {@link Traffic} of requests. */
export interface TrafficSettings {
  /** For messages and reports. */
  readonly name: string;
  readonly order: TrafficOrder;
  /** Of the T_output that no client has reported. */
  readonly seed: number;
}

/**
 * Puts what was logged in the order of time and finds the T_output of each request.
 *
 * @param logged - at least one, in any order
 */
export function trafficOf(
  logged: readonly RequestLine[],
  { name, order, seed }: TrafficSettings,
): Traffic {
  const requests = logged.toSorted((a, b) => a.epochMs - b.epochMs);
  const of = (value: (request: RequestLine) => number) => Float64Array.from(requests, value);
  const { outputMs, reported } = joinOutputTimes(requests, seededRandom(seed + 8));
  const spanMs = (requests.at(-1)?.epochMs ?? 0) - (requests[0]?.epochMs ?? 0);
  const slaMs = of((request) => request.slaMs);
  const share = (count: number) => (100 * count) / requests.length;
  return {
    network: {
      ...{ kind: 'traffic', name, order, slaMs, outputMs },
      inputMs: of(({ inputMs }) => inputMs),
      reportedOutputMs: of((request) => request.outputMs ?? Number.NaN),
      reportedInputMs: of(({ outputInputMs }) => outputInputMs ?? Number.NaN),
    },
    ...{ requests, spanMs },
    requestsPerMonth:
      spanMs > 0
        ? Math.round(((requests.length - 1) / spanMs) * 1000 * secondsPerMonth)
        : undefined,
    medianSlaMs: quantileOfSorted(slaMs.toSorted(), 0.5),
    deviceAccuracyPct: mean(requests, ({ deviceAccuracyPct }) => deviceAccuracyPct),
    reportedPct: share(reported),
    guessedPct: share(requests.filter(({ source }) => source === 'default').length),
  };
}

/** The same traffic with every SLA multiplied. */
export function withSlasTimes(network: Traffic['network'], factor: number): Traffic['network'] {
  return { ...network, slaMs: network.slaMs.map((ms) => factor * ms) };
}

/** Quantiles of times in ms: the shortest, median, 90 %, 99 %, and the longest. */
export function spreadOf(times: Float64Array): number[] {
  const sorted = times.toSorted();
  return [0, 0.5, 0.9, 0.99, 1].map((q) => quantileOfSorted(sorted, q));
}
