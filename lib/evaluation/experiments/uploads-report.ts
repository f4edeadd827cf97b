import { mean } from 'd3-array';
import { z } from 'zod';
import type { Candidate } from '../../core/selection/types.ts';
import type { Link } from '../engine/network/links.ts';
import {
  type ProfileSetName,
  profileSets,
  withoutDeviceModel,
} from '../engine/profiles/profile-sets.ts';
import { type Ladder, meanLossPct, type SimulatedRung, viewOf } from '../engine/uploads/ladder.ts';
import { simulateUploads, type UploadOutcome } from '../engine/uploads/simulate-uploads.ts';
import { type LinkScenario, slasMs } from './links-report.ts';

const percent = z.number().min(0).max(100);

/** What one way to send pictures comes to. */
export const uploadRowSchema = z.object({
  /** `original`, `view`, the name of another rung, or `adaptive`: chosen for every picture. */
  upload: z.string(),
  accuracyPct: percent,
  /** Share of late answers of the cloud. */
  reliancePct: percent,
  /** Mean size of what was sent. */
  meanBytes: z.number(),
  /** Mean accuracy over each link. */
  byLink: z.record(z.string(), percent),
  /** Mean size of what was sent over each link. */
  bytesByLink: z.record(z.string(), z.number()),
});

/** What one way to send pictures comes to: means over models and SLAs. */
export type UploadRow = z.infer<typeof uploadRowSchema>;

/** Models, and the SLAs in ms that they are asked with. */
export interface UploadModels {
  readonly models: readonly Candidate[];
  readonly slasMs: readonly number[];
}

/** The authors' models, as `mdi simulate links` runs them. */
export const linkModels: readonly UploadModels[] = (['p2', 'c5'] as const).map(
  (name: ProfileSetName & keyof typeof slasMs) => ({
    models: withoutDeviceModel(profileSets[name]).models,
    slasMs: slasMs[name],
  }),
);

/** A way to send pictures: by the rung that a name stands for, or by one that is chosen for each. */
export interface UploadWay {
  readonly upload: string;
  readonly rungs: readonly SimulatedRung[];
}

/** The ways that a ladder allows, the smallest upload last but the choice. */
export function waysOf(ladder: Ladder): UploadWay[] {
  const view = viewOf(ladder);
  return [
    ...ladder.rungs
      .toSorted((a, b) => b.meanBytes - a.meanBytes)
      .map((rung) => ({ upload: rung === view ? 'view' : rung.name, rungs: [rung] })),
    { upload: 'adaptive', rungs: ladder.rungs.filter((rung) => !isNeverBetter(rung, ladder)) },
  ];
}

/** Whether another rung is smaller and loses no more. */
function isNeverBetter(rung: SimulatedRung, { rungs }: Ladder): boolean {
  return rungs.some(
    (other) => other.meanBytes < rung.meanBytes && meanLossPct(other) <= meanLossPct(rung),
  );
}

/** The number of simulations of {@link runUploads}. */
export function countUploads(
  links: readonly Link[],
  ladder: Ladder,
  models: readonly UploadModels[] = linkModels,
): number {
  const slas = models.reduce((sum, { slasMs: own }) => sum + own.length, 0);
  return links.length * slas * waysOf(ladder).length;
}

/**
 * Sends pictures every way over every link, with every set of models and each of its SLAs.
 *
 * @param onSimulation - called after each simulation and awaited, so that other work can be done in between
 */
export async function runUploads(
  links: readonly Link[],
  ladder: Ladder,
  scenario: LinkScenario,
  models: readonly UploadModels[] = linkModels,
  onSimulation: () => void | Promise<void> = () => {},
): Promise<UploadRow[]> {
  const rows: UploadRow[] = [];
  for (const { upload, rungs } of waysOf(ladder)) {
    const outcomes: (UploadOutcome & { readonly link: string })[] = [];
    for (const link of links) {
      for (const { models: own, slasMs: slas } of models) {
        for (const slaMs of slas) {
          const simulation = { ...scenario, conditions: scenario, link, models: own, rungs, slaMs };
          outcomes.push({ link: link.name, ...simulateUploads(simulation) });
          await onSimulation();
        }
      }
    }
    const own = links.map(({ name }) => {
      return [name, meansOf(outcomes.filter(({ link }) => link === name))] as const;
    });
    rows.push({
      ...{ upload, ...meansOf(outcomes) },
      byLink: Object.fromEntries(own.map(([name, { accuracyPct }]) => [name, accuracyPct])),
      bytesByLink: Object.fromEntries(own.map(([name, { meanBytes }]) => [name, meanBytes])),
    });
  }
  return rows;
}

function meansOf(outcomes: readonly UploadOutcome[]) {
  const of = (field: 'accuracyPct' | 'reliancePct' | 'meanBytes') =>
    mean(outcomes, (outcome) => outcome[field]) ?? Number.NaN;
  return {
    accuracyPct: of('accuracyPct'),
    reliancePct: of('reliancePct'),
    meanBytes: of('meanBytes'),
  };
}
