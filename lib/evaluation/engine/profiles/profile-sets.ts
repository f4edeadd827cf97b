import { z } from 'zod';
import type { Candidate } from '../../../core/selection/types.ts';
import type { CertainDevice } from '../certainty.ts';
import c5 from './c5.json' with { type: 'json' };
import p2 from './p2.json' with { type: 'json' };
import table3 from './table-3.json' with { type: 'json' };

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

/** A model with its measured service times. */
export interface ProfiledModel extends Candidate {
  /** Memory of its function in MB, if known. */
  readonly memoryMb?: number;
}

/** A set of models with measured service times. */
export interface ProfileSet {
  readonly name: string;
  /** Where the numbers come from. */
  readonly source: string;
  readonly models: readonly ProfiledModel[];
  /** The model on the device, where its reliability was measured together with these models. */
  readonly device?: CertainDevice | undefined;
}

/** The names of the profile sets that come with the project. */
export type ProfileSetName = 'table3' | 'p2' | 'c5';

const fictional = 'NasNet Fictional';

/** The model that the paper runs on the device (Section V-D): MobileNetV1 0.25 of 128 pixels. */
export const deviceModel = 'MobileNetV1 0.25 128px';

/** Its top-1 accuracy in percent (Table IV: what remains when every answer of the cloud is late). */
export const deviceAccuracyPct = 41.4;

/**
 * The paper's Table III as printed (11 models), and the authors' own measurements of 23 models on a
 * server with a GPU (`p2`) and on one without (`c5`). None of them has the made-up NasNet Fictional.
 */
export const profileSets: Readonly<Record<ProfileSetName, ProfileSet>> = {
  table3: readProfileSet(table3),
  p2: readProfileSet(p2),
  c5: readProfileSet(c5),
};

/** The made-up model of the paper's Section V-C: as slow as NasNet Large, and much less accurate. */
export const nasNetFictional: Candidate = findInTable3(fictional);

/** The model that it is modelled on: the most accurate of Table III. */
export const nasNetLargeModel: Candidate = findInTable3('NasNet Large');

/**
 * A set without the model that runs on the device, which the paper's Section V-D says is not in the cloud
 * as well.
 */
export function withoutDeviceModel({ models, ...set }: ProfileSet): ProfileSet {
  return { ...set, models: models.filter(({ name }) => name !== deviceModel) };
}

function readProfileSet(value: unknown): ProfileSet {
  const { name, source, models } = profileSetSchema.parse(value);
  return { name, source, models: models.filter((model) => model.name !== fictional) };
}

function findInTable3(name: string): Candidate {
  const model = table3.models.find((candidate) => candidate.name === name);
  if (!model) throw new Error(`Table III has no ${name}`);
  return model;
}
