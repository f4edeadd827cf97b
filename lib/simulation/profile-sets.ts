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
  /** The models in the cloud. */
  readonly models: readonly Candidate[];
}

/** The made-up model of the paper's Section V-C. */
const fictional = 'NasNet Fictional';

/** Runs on the device and therefore not in the cloud as well (paper, Section V-D). */
const onDevice = 'MobileNetV1 0.25 128px';

/**
 * The authors' own measurements on a server with a GPU (p2) and on one without (c5): 22 models in the
 * cloud, the 23rd on the device.
 */
export const profileSets: Readonly<Record<'p2' | 'c5', ProfileSet>> = {
  p2: readProfileSet(p2),
  c5: readProfileSet(c5),
};

function readProfileSet(value: unknown): ProfileSet {
  const { name, models } = profileSetSchema.parse(value);
  return { name, models: models.filter((model) => ![fictional, onDevice].includes(model.name)) };
}
