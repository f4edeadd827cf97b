import { z } from 'zod';
import data from './networks.json' with { type: 'json' };

/** Distributions of T_nw that a mean and a standard deviation define; the normal one is truncated at 0. */
export const families = ['normal', 'lognormal', 'gamma'] as const;

/** The name of one of the {@link families}. */
export type Family = (typeof families)[number];

/** T_nw drawn from a distribution, half of it each way (paper, Section V: T_input = T_output). */
export interface SampledNetwork {
  readonly kind: Family;
  readonly name: string;
  readonly meanMs: number;
  readonly stdMs: number;
}

/** Measured times, replayed in their order and from the start again after the last. */
export interface MeasuredNetwork {
  readonly kind: 'measured';
  readonly name: string;
  readonly inputMs: readonly number[];
  readonly outputMs: readonly number[];
}

/** How a phone uses a recorded link, one image after another. */
export interface LinkConditions {
  /** Upload sizes are lognormal, in bytes. */
  readonly uploadMeanBytes: number;
  readonly uploadStdBytes: number;
  readonly answerBytes: number;
  /** Delay that each way adds to the trace: normal, in ms, at least half its mean. */
  readonly baseDelayMs: number;
  readonly baseJitterMs: number;
  /** Mean pause between the end of a request and the start of the next, in ms; exponential. */
  readonly pauseMs: number;
  /** How much longer every T_input looks by the phone's clock than it is, in ms. */
  readonly clockOffsetMs: number;
}

/** The default conditions: photos of about 52 KB, as the paper measured them. */
export const defaultLinkConditions: LinkConditions = {
  uploadMeanBytes: 51_900,
  uploadStdBytes: 53_600,
  answerBytes: 1_500,
  baseDelayMs: 20,
  baseJitterMs: 3,
  pauseMs: 500,
  clockOffsetMs: 0,
};

/** A recorded link: `NAME.up` and `NAME.down` in a folder. */
export interface LinkNetwork {
  readonly kind: 'link';
  readonly name: string;
  readonly folder: string;
  readonly conditions: LinkConditions;
}

/** The requests that a deployment really had, one element each; times in ms. */
export interface TrafficNetwork {
  readonly kind: 'traffic';
  readonly name: string;
  /**
   * How they become the requests of a simulation: in the order of their time, spread over all of it and from the
   * start again after the last, or drawn at random with replacement. What belongs to a request stays together.
   */
  readonly order: TrafficOrder;
  readonly inputMs: Float64Array;
  readonly outputMs: Float64Array;
  /** What the client reported with each request of the answer before: T_output and T_input, NaN where it did not. */
  readonly reportedOutputMs: Float64Array;
  readonly reportedInputMs: Float64Array;
  /**
   * The SLA of each.
   *
   * @default - that of the simulation for all of them
   */
  readonly slaMs?: Float64Array | undefined;
}

/** How traffic is resampled. */
export const trafficOrders = ['time', 'random'] as const;

/** How traffic is resampled. */
export type TrafficOrder = (typeof trafficOrders)[number];

/** What decides how long images and answers are on their way. Plain data, to be sent to threads. */
export type SimulatedNetwork = SampledNetwork | MeasuredNetwork | LinkNetwork | TrafficNetwork;

const networksSchema = z.object({
  measured: z.array(
    z.object({ name: z.string(), inputMeanMs: z.number(), inputStdMs: z.number() }),
  ),
  fitted: z.object({
    networks: z.array(z.object({ name: z.string(), medianMs: z.number(), sigma: z.number() })),
  }),
});
const { measured, fitted } = networksSchema.parse(data);

/** Networks that have a name: those the authors measured, and those fitted to Table IV. */
export const namedNetworks: readonly SampledNetwork[] = [
  ...fitted.networks.map(({ name, medianMs, sigma }) => {
    const meanMs = medianMs * Math.exp(sigma ** 2 / 2);
    const stdMs = meanMs * Math.sqrt(Math.exp(sigma ** 2) - 1);
    return { kind: 'lognormal' as const, name, meanMs, stdMs };
  }),
  ...measured.map(({ name, inputMeanMs, inputStdMs }) => {
    return { kind: 'normal' as const, name, meanMs: 2 * inputMeanMs, stdMs: 2 * inputStdMs };
  }),
];

/** The network of most of the paper's simulations: T_nw = 100 +- 50 ms (Section V). */
export const paperNetwork: SampledNetwork = {
  kind: 'normal',
  name: '100 ± 50 ms',
  meanMs: 100,
  stdMs: 50,
};

/** The networks of Table IV, as lognormal distributions of T_nw. */
export const [university, residential] = ['university', 'residential'].map(namedNetwork) as [
  SampledNetwork,
  SampledNetwork,
];

function namedNetwork(name: string): SampledNetwork {
  const network = namedNetworks.find((candidate) => candidate.name === name);
  if (!network) throw new Error(`networks.json has no ${name}`);
  return network;
}
