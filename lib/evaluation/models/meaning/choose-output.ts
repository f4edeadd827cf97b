import type { InferenceSession } from 'onnxruntime-common';
import { ModelShapeError } from '../../../core/preprocessing/errors.ts';
import type { OutputKind } from '../../../core/preprocessing/predictions.ts';
import type { ListedModel } from '../../../service/catalogue/schema.ts';
import { describeValue } from '../../../service/inference/signature.ts';
import { areSorted, contradictionOf, describeAnswers, faultOf, meaningOf } from './judge.ts';
import type { Probed } from './probe.ts';

type Metadata = InferenceSession.ValueMetadata;
type Said = Pick<ListedModel, 'output' | 'outputName' | 'backgroundClass'>;

/** Fewer labels than these may be in descending order by chance, unless their indices lie beside them. */
const leastSortedLabels = 6;
const leastLabelsBesideIndices = 3;

/**
 * Decides which output holds a model's scores and what they are, by what was said and by what its answers
 * show.
 *
 * @param outputs - all outputs that the file declares
 * @param probed - what those of floats hold, by name
 * @throws {@link ModelShapeError} when it is not certain, when it contradicts what was said, or when the
 *   answers are not those of a classifier
 */
export function chooseOutput(
  outputs: readonly Metadata[],
  probed: Readonly<Record<string, Probed>>,
  said: Said & { readonly labels: readonly string[] },
): Said & { readonly output: OutputKind } {
  const name = said.outputName ?? onlyOutput(outputs, probed);
  const output = probed[name];
  const metadata = outputs.find((value) => value.name === name);
  if (!output || !metadata) throw new ModelShapeError(`it has no output of scores named "${name}"`);
  checkCount(metadata, output, said);
  const fault = faultOf(output) ?? sortedFault(metadata, output, outputs);
  if (fault !== undefined) throw new ModelShapeError(fault);
  return {
    output: kindOf(metadata, output, said.output),
    ...(outputs.length > 1 && { outputName: name }),
    ...(said.backgroundClass && { backgroundClass: said.backgroundClass }),
  };
}

function onlyOutput(
  outputs: readonly Metadata[],
  probed: Readonly<Record<string, Probed>>,
): string {
  const [only, ...others] = outputs;
  if (only && others.length === 0) return only.name;
  const findings = outputs.map((value) => {
    const output = probed[value.name];
    const finding = output ? findingOf(output, outputs) : 'no scores';
    return `${describeValue(value)}, ${finding}`;
  });
  throw new ModelShapeError(
    `it has ${outputs.length} outputs: ${findings.join('; ')}. Which one holds the scores? Say --output NAME`,
  );
}

function findingOf(output: Probed, outputs: readonly Metadata[]): string {
  const { answers } = output;
  const fault =
    faultOf(output) ??
    (isSorted(answers, outputs) ? 'in descending order, as those of TopK are' : undefined);
  const looks = meaningOf(answers) ?? 'neither logits nor probabilities for certain';
  return `${answers[0]?.length} numbers, ${describeAnswers(answers)} (${fault ?? looks})`;
}

/** Whether an output is one of TopK, whose other output holds indices. */
function isSorted(answers: Probed['answers'], outputs: readonly Metadata[]): boolean {
  const hasIndices = outputs.some((value) => value.isTensor && /^int(32|64)$/.test(value.type));
  return areSorted(answers, hasIndices ? leastLabelsBesideIndices : leastSortedLabels);
}

function checkCount(
  metadata: Metadata,
  { answers: [answer = []] }: Probed,
  { labels, backgroundClass }: Said & { readonly labels: readonly string[] },
): void {
  const count = answer.length - (backgroundClass === undefined ? 0 : 1);
  if (count !== labels.length) {
    const oneMore = count === labels.length + 1 && backgroundClass === undefined;
    const hint = oneMore ? background : count === 1 ? single : '';
    throw new ModelShapeError(
      `it gives ${count} score${count === 1 ? '' : 's'}, but the catalogue has ${labels.length} labels${hint}`,
    );
  }
  // A batch of one, and dimensions of one that pooling leaves behind: [1, 1000, 1, 1].
  const sides = metadata.isTensor ? metadata.shape.filter((side) => Number(side) > 1) : [];
  if (sides.length > 1) {
    throw new ModelShapeError(
      `its output ${describeValue(metadata)} is not one score for each label`,
    );
  }
}

const single =
  ': a single one, as models of two classes have that end in a sigmoid; end it with the other class, 1 - p, beside p (Sub, Concat)';

const background =
  ': one more, as models have with a class for none of them ("background"). Say --background-class first (as TensorFlow has it) or last; its score is not served';

function sortedFault(
  metadata: Metadata,
  { answers }: Probed,
  outputs: readonly Metadata[],
): string | undefined {
  if (!isSorted(answers, outputs)) return undefined;
  return `its output ${describeValue(metadata)} is always in descending order, and so no longer in that of the labels: export the model without its last step (TopK)`;
}

function kindOf(metadata: Metadata, { answers }: Probed, said: OutputKind | undefined): OutputKind {
  const found = `its output ${describeValue(metadata)}: ${describeAnswers(answers)}`;
  if (said !== undefined) {
    const contradiction = contradictionOf(said, answers);
    if (contradiction === undefined) return said;
    throw new ModelShapeError(`${found}. Those are not ${said}: ${contradiction}`);
  }
  const meaning = meaningOf(answers);
  if (meaning !== undefined) return meaning;
  throw new ModelShapeError(
    `${found}. Those are neither logits nor probabilities for certain. Say what they are: --scores sigmoid (labels that do not exclude each other; served as they are), probabilities (served as they are), or logits (which become scores by softmax)`,
  );
}
