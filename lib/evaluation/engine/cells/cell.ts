import { type Link, readLink } from '../network/links.ts';
import type { Network } from '../network/networks.ts';
import type { Outcome } from '../outcome.ts';
import { type Conditions, withConditions } from '../requests/disturbances.ts';
import { linkRequests } from '../requests/link-requests.ts';
import type { Requests } from '../requests/requests.ts';
import { sampledRequests } from '../requests/sampled-requests.ts';
import { type Simulation, simulate } from '../simulate.ts';

/**
 * One point of an experiment: some requests over a network, and who selects for them. Plain data, so
 * that any thread can run it, and complete, so that it comes out the same wherever it runs.
 */
export interface Cell extends Simulation {
  /** The name of the models' profiles, for people. */
  readonly profiles: string;
  /** What sets it apart from other cells of its experiment, for people. */
  readonly condition?: string;
  readonly network: Network;
  readonly conditions?: Conditions | undefined;
  readonly requests: number;
}

/** Runs cells one after another; what two cells in a row have in common is made once. */
export class CellRunner {
  readonly #links = new Map<string, Link>();
  #last: { network: Network; key: string; requests: Requests } | undefined;

  /**
   * @throws TraceError when a recorded link cannot be read
   * @throws NoCandidateError when there is no model
   */
  run(cell: Cell): Outcome {
    return simulate(this.#requestsOf(cell), cell);
  }

  #requestsOf({ network, slaMs, conditions = {}, requests: count, seed }: Cell): Requests {
    // Only over a link does the SLA decide when the next request begins.
    const sla = network.kind === 'link' ? slaMs : undefined;
    const key = JSON.stringify([sla, conditions, count, seed]);
    const last = this.#last;
    if (last && last.network === network && last.key === key) return last.requests;
    const plain =
      network.kind === 'link'
        ? linkRequests(this.#link(network), slaMs, network.conditions, count, seed)
        : sampledRequests(network, count, seed);
    const requests = withConditions(plain, conditions, seed);
    this.#last = { network, key, requests };
    return requests;
  }

  #link({ folder, name }: { folder: string; name: string }): Link {
    const key = `${folder}/${name}`;
    const link = this.#links.get(key) ?? readLink(folder, name);
    this.#links.set(key, link);
    return link;
  }
}
