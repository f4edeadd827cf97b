import type { Candidate } from '../../../core/selection/types.ts';
import { type ProfileSet, profileSets } from './profile-sets.ts';

/** Mean and standard deviation of a service time, in ms. */
export type ServiceTime = Pick<Candidate, 'meanMs' | 'stdMs'>;

/** Names in the catalogue, in the paper and, where they differ from it, in the authors' profiles. */
const names = [
  ['squeezenet-1.0', 'SqueezeNet'],
  ['mobilenet-v1-0.25', 'MobileNetV1 0.25', 'MobileNetV1 0.25 224px'],
  ['mobilenet-v1-0.5', 'MobileNetV1 0.5', 'MobileNetV1 0.5 224px'],
  ['densenet-121', 'DenseNet'],
  ['mobilenet-v1-0.75', 'MobileNetV1 0.75', 'MobileNetV1 0.75 224px'],
  ['mobilenet-v1-1.0', 'MobileNetV1 1.0', 'MobileNetV1 1.0 224px'],
  ['nasnet-mobile', 'NasNet Mobile'],
  ['inception-resnet-v2', 'InceptionResNetV2'],
  ['inception-v3', 'InceptionV3'],
  ['inception-v4', 'InceptionV4'],
  ['nasnet-large', 'NasNet Large'],
] as const;

/** The name of a model of the catalogue `table3`. */
export type Table3Name = (typeof names)[number][0];

/** A row of the paper's Table III. */
export interface Table3Row {
  /** Its name in the catalogue `table3`. */
  readonly name: Table3Name;
  /** Its name in the paper. */
  readonly paperName: string;
  /** Top-1 accuracy of the pretrained model in percent. */
  readonly accuracyPct: number;
  /** On the GPU server of Table III: the authors' profile `p2`, unrounded. */
  readonly gpu: ServiceTime;
  /** On a server without a GPU: the authors' profile `c5`, which the paper does not print. */
  readonly cpu: ServiceTime;
}

/**
 * The rows of the paper's Table III in its order, without the made-up NasNet Fictional. Rounded, `gpu` is
 * what is printed there, except for NasNet Large's standard deviation: 0.34 in the profile, 0.36 in print.
 */
export const table3Rows: readonly Table3Row[] = names.map(([name, paperName, profileName]) => {
  const { accuracyPct, ...gpu } = find(profileSets.p2, profileName ?? paperName);
  const { meanMs, stdMs } = find(profileSets.c5, profileName ?? paperName);
  return { name, paperName, accuracyPct, gpu, cpu: { meanMs, stdMs } };
});

/** A profile of a model, measured on this machine. */
export interface MeasuredProfile extends ServiceTime {
  /** Its name in the catalogue. */
  readonly model: string;
}

/** A measured profile beside the paper's row of the same model. */
export interface Table3Comparison<Profile extends MeasuredProfile> extends Table3Row {
  readonly measured: Profile;
  /** The measured mean as a multiple of the mean on the authors' GPU server. */
  readonly timesGpu: number;
  /** The measured mean as a multiple of the mean on the authors' CPU server. */
  readonly timesCpu: number;
}

/**
 * Puts measured profiles beside the rows of Table III, in its order. A model may have several, for
 * instance at 1 and 2 threads; models that are not in the table are left out.
 */
export function compareWithTable3<Profile extends MeasuredProfile>(
  profiles: readonly Profile[],
): Table3Comparison<Profile>[] {
  return table3Rows.flatMap((row) =>
    profiles
      .filter(({ model }) => model === row.name)
      .map((measured) => ({
        ...row,
        measured,
        timesGpu: measured.meanMs / row.gpu.meanMs,
        timesCpu: measured.meanMs / row.cpu.meanMs,
      })),
  );
}

function find(
  { name, models }: ProfileSet,
  profileName: string,
): Pick<Candidate, 'accuracyPct' | 'meanMs' | 'stdMs'> {
  const found = models.find((model) => model.name === profileName);
  if (!found) throw new Error(`the profiles ${name} have no "${profileName}"`);
  const { accuracyPct, meanMs, stdMs } = found;
  return { accuracyPct, meanMs, stdMs };
}
