import { mean } from 'd3-array';
import { z } from 'zod';
import type { Candidate } from '../../core/selection/types.ts';
import type { Link } from '../engine/network/links.ts';
import { defaultLinkConditions, type LinkConditions } from '../engine/network/networks.ts';
import {
  deviceAccuracyPct,
  profileSets,
  withoutDeviceModel,
} from '../engine/profiles/profile-sets.ts';
import { linkRequests } from '../engine/requests/link-requests.ts';
import { type SelectorName, selectorNames } from '../engine/selectors.ts';
import { deployedClockErrorMs, simulate } from '../engine/simulate.ts';

const percent = z.number().min(0).max(100);
const selectorSchema = z.enum(selectorNames);

/** What `mdi simulate links --json` prints. */
export const linksReportSchema = z.object({
  cells: z.array(
    z.object({
      profile: z.string(),
      trace: z.string(),
      slaMs: z.number(),
      strategy: selectorSchema,
      accuracyPct: percent,
      reliancePct: percent,
    }),
  ),
  means: z.partialRecord(selectorSchema, z.object({ accuracyPct: percent, reliancePct: percent })),
});

/** The outcomes of every profile set, trace, SLA and strategy, and the means of each strategy. */
export type LinksReport = z.infer<typeof linksReportSchema>;

/** A phone that sends one image after another over a recorded link, and its selector. */
export interface LinkScenario extends LinkConditions {
  readonly requests: number;
  readonly seed: number;
  /** Margin of the selector for errors of the phone's clock, in ms. */
  readonly clockErrorMs: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
}

/** The default scenario. */
export const defaultLinkScenario: LinkScenario = {
  ...defaultLinkConditions,
  requests: 2_000,
  seed: 1,
  clockErrorMs: deployedClockErrorMs,
  deviceAccuracyPct,
};

/** The SLAs in ms for each profile set: a CPU needs more time than a GPU. */
export const slasMs = { p2: [150, 250, 400, 600], c5: [250, 500, 1000, 2000] } as const;

/** The number of cells of {@link runLinks}. */
export function countCells(links: readonly Link[], selectors: readonly SelectorName[]): number {
  const slas = slasMs.p2.length + slasMs.c5.length;
  return links.length * slas * selectors.length;
}

/**
 * Runs every profile set over every link with each of its SLAs, once for each selector.
 *
 * @param onCell - called after each cell and awaited, so that other work can be done in between
 */
export async function runLinks(
  links: readonly Link[],
  selectors: readonly SelectorName[],
  scenario: LinkScenario,
  onCell: () => void | Promise<void> = () => {},
): Promise<LinksReport> {
  const cells: LinksReport['cells'] = [];
  for (const profile of ['p2', 'c5'] as const) {
    const { models } = withoutDeviceModel(profileSets[profile]);
    for (const link of links) {
      for (const slaMs of slasMs[profile]) {
        for (const strategy of selectors) {
          const outcome = runOverLink(link, models, slaMs, strategy, scenario);
          cells.push({ profile, trace: link.name, slaMs, strategy, ...outcome });
          await onCell();
        }
      }
    }
  }
  const means = Object.fromEntries(selectors.map((name) => [name, meansOf(cells, name)]));
  return { cells, means };
}

/**
 * Simulates a selector over a link.
 *
 * @returns mean accuracy over all answers, the device's included, and the share of late ones, in percent
 * @throws {@link NoCandidateError} when there is no model
 */
export function runOverLink(
  link: Link,
  models: readonly Candidate[],
  slaMs: number,
  selector: SelectorName,
  scenario: LinkScenario,
): { readonly accuracyPct: number; readonly reliancePct: number } {
  const requests = linkRequests(link, slaMs, scenario, scenario.requests, scenario.seed);
  const simulation = { ...scenario, models, slaMs, selector };
  const { duplicatedAccuracyPct, reliancePct } = simulate(requests, simulation);
  return { accuracyPct: duplicatedAccuracyPct, reliancePct };
}

function meansOf(cells: LinksReport['cells'], strategy: SelectorName) {
  const own = cells.filter((cell) => cell.strategy === strategy);
  return {
    accuracyPct: mean(own, ({ accuracyPct }) => accuracyPct) ?? Number.NaN,
    reliancePct: mean(own, ({ reliancePct }) => reliancePct) ?? Number.NaN,
  };
}
