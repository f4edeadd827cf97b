/** Whether a value is a number of a range: no NaN, and nothing absurd. */
export function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

/** What is wrong with a list of predictions, such as `predictions[0].score`; undefined when nothing is. */
export function faultOfPredictions(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return 'predictions';
  const wrong = value.findIndex(
    (it) =>
      typeof it?.label !== 'string' || !isBetween(it.score, 0, 1) || !isBetween(it.index, 0, 1e9),
  );
  return wrong < 0 ? undefined : `predictions[${wrong}]`;
}
