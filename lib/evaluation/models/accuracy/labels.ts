/** An image's true label cannot be told; the message says which, and what would do. */
export class TruthError extends Error {
  override readonly name = 'TruthError';
}

/**
 * The index of a label by its text: a class index in digits, or the label itself, where case and the
 * difference of spaces, "_" and "-" do not matter.
 *
 * @param where - what the text is of, for messages
 * @throws {@link TruthError} when no label is meant, or several are
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
 * A class index by its digits.
 *
 * @param where - what the text is of, for messages
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
