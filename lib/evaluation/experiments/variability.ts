import type { Cell } from '../engine/cells/cell.ts';
import type { Result } from '../engine/cells/run-cells.ts';
import {
  paperNetwork,
  type SampledNetwork,
  type SimulatedNetwork,
} from '../engine/network/networks.ts';
import { profileSets } from '../engine/profiles/profile-sets.ts';
import { gridCells, type Inputs, range } from './experiment.ts';

/** Coefficients of variation of T_nw in percent (paper, Section V-B). */
export const cvsPct = range(0, 100, 5);

/** MDInference over networks of the same mean, with standard deviations from 0 to that mean. */
export function planVariability(inputs: Inputs): Cell[] {
  const slasMs = inputs.slasMs ?? [100, 250];
  const { network = paperNetwork } = inputs;
  // The SLAs are outermost, because each of them has its own panel or line.
  return slasMs.flatMap((slaMs) =>
    gridCells(
      { ...inputs, network: undefined, slasMs: [slaMs] },
      {
        profiles: profileSets.table3,
        networks: isSampled(network) ? cvsPct.map((cvPct) => withCv(network, cvPct)) : [],
        slasMs,
        selectors: ['three-stage-as-printed'],
      },
    ),
  );
}

/** Only a distribution can be made to vary more with the same mean. */
export function unfitForVariability({ network = paperNetwork }: Inputs): string | undefined {
  return isSampled(network)
    ? undefined
    : 'it changes how much the network varies: --network must be normal, lognormal or gamma';
}

/** The coefficient of variation of a result's network, in percent. */
export function cvPctOf({ cell: { network } }: Result): number {
  return isSampled(network) ? Math.round((100 * network.stdMs) / network.meanMs) : Number.NaN;
}

function isSampled(network: SimulatedNetwork): network is SampledNetwork {
  return !['measured', 'link', 'traffic'].includes(network.kind);
}

function withCv(network: SampledNetwork, cvPct: number): SampledNetwork {
  const { meanMs } = network;
  return { ...network, name: `${meanMs} ms, CV ${cvPct} %`, stdMs: (meanMs * cvPct) / 100 };
}
