import { type Link, readLink } from '../network/links.ts';
import type { SimulatedNetwork } from '../network/networks.ts';
import type { SimulatedOutcome } from '../outcome.ts';
import { type Disturbances, disturb } from '../requests/disturbances.ts';
import { linkRequests } from '../requests/link-requests.ts';
import type { Requests } from '../requests/requests.ts';
import { sampledRequests } from '../requests/sampled-requests.ts';
import { trafficRequests } from '../requests/traffic-requests.ts';
import { type Simulation, simulate } from '../simulate.ts';

/**
 * One point of an experiment: a number of requests over a network, and who selects for them. It is plain
 * data, so that any thread can run it, and complete, so that its outcome is the same in all of them.
 */
export interface Cell extends Simulation {
  /** Name of the profile set, for reports. */
  readonly profiles: string;
  /** What sets it apart from other cells of its experiment, for reports. */
  readonly condition?: string;
  readonly network: SimulatedNetwork;
  readonly disturbances?: Disturbances | undefined;
  readonly requests: number;
}

/** Runs cells in order; consecutive cells with the same requests share them. */
export class CellRunner {
  readonly #links = new Map<string, Link>();
  #last: { network: SimulatedNetwork; key: string; requests: Requests } | undefined;

  /**
   * @throws {@link TraceError} when a recorded link cannot be read
   * @throws {@link NoCandidateError} when there is no model
   */
  run(cell: Cell): SimulatedOutcome {
    return simulate(this.#requestsOf(cell), cell);
  }

  #requestsOf({ network, slaMs, disturbances = {}, requests: count, seed }: Cell): Requests {
    // Only over a link does the SLA decide when the next request begins.
    const sla = network.kind === 'link' ? slaMs : undefined;
    const key = JSON.stringify([sla, disturbances, count, seed]);
    const last = this.#last;
    if (last && last.network === network && last.key === key) return last.requests;
    const requests = disturb(
      this.#plainRequests({ network, slaMs, count, seed }),
      disturbances,
      seed,
    );
    this.#last = { network, key, requests };
    return requests;
  }

  #plainRequests({
    network,
    slaMs,
    count,
    seed,
  }: {
    network: SimulatedNetwork;
    slaMs: number;
    count: number;
    seed: number;
  }): Requests {
    switch (network.kind) {
      case 'link':
        return linkRequests(this.#link(network), slaMs, network.conditions, count, seed);
      case 'traffic':
        return trafficRequests(network, count, seed);
      default:
        return sampledRequests(network, count, seed);
    }
  }

  #link({ folder, name }: { folder: string; name: string }): Link {
    const key = `${folder}/${name}`;
    const link = this.#links.get(key) ?? readLink(folder, name);
    this.#links.set(key, link);
    return link;
  }
}
