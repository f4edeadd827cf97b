/**
 * The accuracy to select by: the mean of a Beta posterior that starts at the catalogue's accuracy,
 * as if that had been seen on `weight` labelled answers, and is updated with labels from the field.
 *
 * @param accuracyPct - the catalogue's, in percent
 * @param weight - labelled answers at which field and catalogue have equal weight; above 0
 * @returns percent
 * @see Gelman et al.: Bayesian Data Analysis, Section 2.4
 */
export function posteriorAccuracyPct(
  accuracyPct: number,
  { labels, labelsCorrect }: { readonly labels: number; readonly labelsCorrect: number },
  weight: number,
): number {
  return (accuracyPct * weight + 100 * labelsCorrect) / (weight + labels);
}
