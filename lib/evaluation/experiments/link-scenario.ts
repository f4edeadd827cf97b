import type { Candidate } from '../../core/selection/types.ts';
import type { Link } from '../engine/network/links.ts';
import { defaultLinkConditions, type LinkConditions } from '../engine/network/networks.ts';
import { deviceAccuracyPct } from '../engine/profiles/profile-sets.ts';
import { linkRequests } from '../engine/requests/link-requests.ts';
import type { SelectorName } from '../engine/selectors.ts';
import { simulate } from '../engine/simulate.ts';

/** A phone that sends one image after another over a recorded link, and who serves it. */
export interface LinkScenario extends LinkConditions {
  readonly requests: number;
  readonly seed: number;
  /** What the selector keeps in hand for the phone's clock, in ms: by default as much as a deployment. */
  readonly clockErrorMs: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
}

/** The scenario unless told otherwise. */
export const defaultLinkScenario: LinkScenario = {
  ...defaultLinkConditions,
  requests: 2_000,
  seed: 1,
  clockErrorMs: 5,
  deviceAccuracyPct,
};

/** What came out for one SLA on one link. */
export interface LinkOutcome {
  /** Mean accuracy in percent over all answers, the device's included. */
  readonly accuracyPct: number;
  /** Share of requests, in percent, whose answer came too late: the device's was used. */
  readonly reliancePct: number;
}

/** Sends requests over a link and lets a selector choose the model of each, see {@link simulate}. */
export function runOverLink(
  link: Link,
  models: readonly Candidate[],
  slaMs: number,
  selector: SelectorName,
  scenario: LinkScenario,
): LinkOutcome {
  const requests = linkRequests(link, slaMs, scenario, scenario.requests, scenario.seed);
  const simulation = { ...scenario, models, slaMs, selector };
  const { duplicatedAccuracyPct, reliancePct } = simulate(requests, simulation);
  return { accuracyPct: duplicatedAccuracyPct, reliancePct };
}
