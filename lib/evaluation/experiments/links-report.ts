import { z } from 'zod';
import type { Link } from '../engine/network/links.ts';
import { profileSets, withoutDeviceModel } from '../engine/profiles/profile-sets.ts';
import { type SelectorName, selectorNames } from '../engine/selectors.ts';
import { type LinkScenario, runOverLink } from './link-scenario.ts';

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

/** The outcomes of every profile, trace, SLA and strategy, and each strategy's means. */
export type LinksReport = z.infer<typeof linksReportSchema>;

/** The SLAs in ms that are tried with a profile set: a CPU needs more time than a GPU. */
export const slasMs = { p2: [150, 250, 400, 600], c5: [250, 500, 1000, 2000] } as const;

/** How many cells {@link runLinks} will make. */
export function countCells(links: readonly Link[], selectors: readonly SelectorName[]): number {
  const slas = slasMs.p2.length + slasMs.c5.length;
  return links.length * slas * selectors.length;
}

/**
 * Runs every profile set over every link with its SLAs, once for each selector.
 *
 * @param onCell - called after each cell; await it to let the process breathe
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

function meansOf(cells: LinksReport['cells'], strategy: SelectorName) {
  const own = cells.filter((cell) => cell.strategy === strategy);
  const mean = (field: 'accuracyPct' | 'reliancePct') =>
    own.reduce((sum, cell) => sum + cell[field], 0) / own.length;
  return { accuracyPct: mean('accuracyPct'), reliancePct: mean('reliancePct') };
}
