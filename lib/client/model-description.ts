/** How pixels become a model's input, as a catalogue says; every field has a default that changes nothing. */
export interface ModelPreprocessing {
  readonly resizeShorterSide?: number | undefined;
  readonly centerCrop?: number | undefined;
  readonly color?: 'RGB' | 'BGR';
  readonly layout?: 'NCHW' | 'NHWC';
  readonly dtype?: 'float32' | 'uint8';
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** The tensor that a catalogue takes raw. */
export interface RawInput {
  readonly dtype: 'uint8' | 'float32';
  /** Batch of one: [1, height, width, 3] or [1, 3, height, width]. */
  readonly shape: readonly number[];
  readonly layout: 'NHWC' | 'NCHW';
}

/** A model with what of its catalogue is needed to run it. */
export interface ModelDescription {
  readonly name: string;
  readonly version?: string;
  /** Top-1 accuracy in percent. */
  readonly accuracyPct: number;
  readonly labels: readonly string[];
  readonly input: RawInput;
  readonly preprocessing?: ModelPreprocessing | undefined;
  /** What the model answers with; found out when it is loaded, unless it is said here. */
  readonly output?: 'logits' | 'probabilities' | undefined;
}

/** What of a `catalogue.json` is read here. */
export interface CatalogueJson {
  readonly labels: readonly string[];
  readonly input: RawInput;
  readonly onDevice?: string | undefined;
  readonly models: readonly {
    readonly name: string;
    readonly version: string;
    readonly accuracyPct?: number | undefined;
    readonly preprocessing?: ModelPreprocessing | undefined;
    readonly output?: 'logits' | 'probabilities' | undefined;
  }[];
}

/**
 * Describes a model of a catalogue.
 *
 * @param catalogue - the parsed `catalogue.json`
 * @param name - the model's name; by default the catalogue's `onDevice`
 * @throws TypeError when the catalogue has no such model, or does not know its accuracy
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
  if (!model) throw new TypeError(`the catalogue has no model named "${name}"`);
  const { version, accuracyPct, preprocessing, output } = model;
  if (accuracyPct === undefined) throw new TypeError(`the accuracy of "${name}" is not known`);
  const { labels, input } = catalogue;
  return { name: model.name, version, accuracyPct, labels, input, preprocessing, output };
}
