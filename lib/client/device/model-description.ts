import { boxOf, cropSizeOf } from '../../core/preprocessing/crop.ts';
import type { OutputKind } from '../../core/preprocessing/predictions.ts';
import {
  fullPreprocessing,
  type PreprocessingJson,
  type RawInput,
} from '../../core/preprocessing/preprocessing.ts';
import { chanceOfBeingRight, type Reliability } from '../../core/statistics/reliability.ts';
import { DeviceModelError } from '../api/errors.ts';

/** A model with the part of its catalogue that is needed to run it. */
export interface ModelDescription {
  readonly name: string;
  readonly version?: string | undefined;
  /** Top-1 accuracy in percent. */
  readonly accuracyPct: number;
  readonly labels: readonly string[];
  readonly input: RawInput;
  readonly preprocessing?: PreprocessingJson | undefined;
  /** What the model outputs; detected when it is loaded, unless it is given here. */
  readonly output?: OutputKind | undefined;
  /**
   * Which of its outputs holds the scores.
   *
   * @default - the first
   */
  readonly outputName?: string | undefined;
  /** Where the score of a class lies that is no label. */
  readonly backgroundClass?: 'first' | 'last' | undefined;
  /** How often it is right, by how sure it is. */
  readonly reliability?: Reliability | undefined;
  /** Of its file, hexadecimal: then the file is checked, and kept for the next start. */
  readonly sha256?: string | undefined;
  /** Of its file. */
  readonly bytes?: number | undefined;
}

/** The part of a `catalogue.json` that is read here. */
export interface CatalogueJson {
  readonly labels: readonly string[];
  readonly input: RawInput;
  readonly onDevice?: string | undefined;
  readonly models: readonly {
    readonly name: string;
    readonly version: string;
    readonly accuracyPct?: number | undefined;
    readonly preprocessing?: PreprocessingJson | undefined;
    readonly output?: OutputKind | undefined;
    readonly outputName?: string | undefined;
    readonly backgroundClass?: 'first' | 'last' | undefined;
    readonly reliability?: Reliability | undefined;
    readonly sha256?: string | undefined;
    readonly bytes?: number | undefined;
  }[];
}

/**
 * Describes a model of a catalogue.
 *
 * @param catalogue - the parsed `catalogue.json`
 * @param name - the model's name; by default the catalogue's `onDevice`
 * @throws {@link DeviceModelError} when the catalogue has no such model, or does not know its accuracy
 *
 * @example
 * ```ts
 * import { describeModel } from '@mdinference/client/onnxruntime-web';
 *
 * const catalogue = await (await fetch('/models/shapes/catalogue.json')).json();
 * const { name, accuracyPct } = describeModel(catalogue);
 * console.log(`${name} is right in ${accuracyPct} % of the cases`);
 * ```
 */
export function describeModel(
  catalogue: CatalogueJson,
  name: string | undefined = catalogue.onDevice,
): ModelDescription {
  const model = catalogue.models.find((candidate) => candidate.name === name);
  if (!model) throw new DeviceModelError(`the catalogue has no model named "${name}"`);
  const { version, accuracyPct, preprocessing, output, reliability, sha256, bytes } = model;
  const { outputName, backgroundClass } = model;
  if (accuracyPct === undefined)
    throw new DeviceModelError(`the accuracy of "${name}" is not known`);
  const { labels, input } = catalogue;
  return {
    ...{ name: model.name, version, accuracyPct, labels, input, preprocessing, output },
    ...{ outputName, backgroundClass, reliability, sha256, bytes },
  };
}

/** What a client is told of a described model. */
export function factsOf(model: ModelDescription) {
  const { name, version, accuracyPct, labels, reliability, input, preprocessing } = model;
  const { width, height } = boxOf(cropSizeOf({}, fullPreprocessing(preprocessing, input), input));
  const shorterSide = Math.max(width, height);
  const chanceOf = reliability && ((score: number) => chanceOfBeingRight(reliability, score));
  return { name, version, accuracyPct, labels, chanceOf, shorterSide };
}
