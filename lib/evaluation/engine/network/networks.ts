import { z } from 'zod';
import type { LinkConditions } from '../requests/link-requests.ts';
import data from './networks.json' with { type: 'json' };

/** Distributions of T_nw that are known by a mean and a deviation; the normal one is cut off at 0. */
export const families = ['normal', 'lognormal', 'gamma'] as const;

/** The name of a distribution. */
export type Family = (typeof families)[number];

/** T_nw of a request from a distribution, half of it each way (paper, Section V: T_input = T_output). */
export interface SampledNetwork {
  readonly kind: Family;
  readonly name: string;
  readonly meanMs: number;
  readonly stdMs: number;
}

/** Times that somebody measured, in their order and begun anew at the end. */
export interface MeasuredNetwork {
  readonly kind: 'measured';
  readonly name: string;
  readonly inputMs: readonly number[];
  readonly outputMs: readonly number[];
}

/** A recorded link: `NAME.up` and `NAME.down` of a folder. */
export interface LinkNetwork {
  readonly kind: 'link';
  readonly name: string;
  readonly folder: string;
  readonly conditions: LinkConditions;
}

/** How long images and answers are on their way. Plain data: it can be sent to another thread. */
export type Network = SampledNetwork | MeasuredNetwork | LinkNetwork;

const networksSchema = z.object({
  measured: z.array(
    z.object({ name: z.string(), inputMeanMs: z.number(), inputStdMs: z.number() }),
  ),
  fitted: z.object({
    networks: z.array(z.object({ name: z.string(), medianMs: z.number(), sigma: z.number() })),
  }),
});
const { measured, fitted } = networksSchema.parse(data);

/** Networks with a name: the authors' measured ones and those fitted to Table IV. */
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
