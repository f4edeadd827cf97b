import { MdInferenceError } from '../../../core/errors.ts';

/** The true label of an image cannot be determined; the message names the image and says what to do. */
export class TruthError extends MdInferenceError {
  override readonly name = 'TruthError';
}

/**
 * The index of a label given by its text: the label itself, ignoring case and the difference between
 * spaces, "_" and "-", or a class index in digits.
 *
 * @param where - where the text comes from, for messages
 * @throws {@link TruthError} when it matches no label, or several
 */
export function labelIndex(text: string, labels: readonly string[], where: string): number {
  const exact = indicesOf(labels, (label) => label === text);
  const same = indicesOf(labels, (label) => plain(label) === plain(text));
  const found = exact.length > 0 ? exact : same;
  if (found.length > 1) {
    throw new TruthError(
      `${where}: ${found.length} labels are "${text}" (${found.join(', ')}); say the class index instead`,
    );
  }
  return found[0] ?? classIndex(text, labels, where);
}

/**
 * A class index given in digits.
 *
 * @param where - where the text comes from, for messages
 * @throws {@link TruthError} when there is no such class
 */
export function classIndex(text: string, labels: readonly string[], where: string): number {
  if (/^\d+$/.test(text) && Number(text) < labels.length) return Number(text);
  throw new TruthError(
    `${where}: "${text}" is neither a label of the catalogue nor a class index of 0 to ${labels.length - 1}`,
  );
}

function indicesOf(labels: readonly string[], matches: (label: string) => boolean): number[] {
  return labels.flatMap((label, i) => (matches(label) ? [i] : []));
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
}
