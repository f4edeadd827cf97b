import { z } from 'zod';
import type { Candidate } from '../selection/types.ts';
import c5 from './data/c5.json' with { type: 'json' };
import p2 from './data/p2.json' with { type: 'json' };

const profileSetSchema = z.object({
  name: z.string(),
  source: z.string(),
  what: z.string(),
  models: z
    .array(
      z.object({
        name: z.string(),
        accuracyPct: z.number(),
        meanMs: z.number(),
        stdMs: z.number(),
      }),
    )
    .min(1),
});

/** Models with measured service times. */
export interface ProfileSet {
  readonly name: string;
  readonly models: readonly Candidate[];
}

/** The made-up model of the paper's Section V-C. */
const fictional = 'NasNet Fictional';

/** The authors' own measurements: 23 models on a server with a GPU (p2) and on one without (c5). */
export const profileSets: Readonly<Record<'p2' | 'c5', ProfileSet>> = {
  p2: readProfileSet(p2),
  c5: readProfileSet(c5),
};

function readProfileSet(value: unknown): ProfileSet {
  const { name, models } = profileSetSchema.parse(value);
  return { name, models: models.filter((model) => !model.name.startsWith(fictional)) };
}
