import type { FeedbackChoice } from '../../core/contract/feedback-choices.ts';
import { wilsonIntervalPct } from '../../core/statistics/interval.ts';
import type { CallerLabels } from '../profiles/labels.ts';

/** How labels are weighed. */
export interface FeedbackSettings {
  readonly feedback: FeedbackChoice;
  /** Labelled answers that the catalogue's accuracy is worth; above 0. */
  readonly weight: number;
}

/**
 * The largest share of the labels that may come from one caller, and the share of false labels that moves
 * nothing. It takes five callers before any label counts.
 */
export const callerShare = 0.2;

/**
 * The accuracy to select by. Labels move it from the catalogue's only as far as they prove: the 95 % interval
 * of the catalogue's accuracy, taken as so many labels, and of the labels from the field is looked at. Where it
 * excludes the catalogue's accuracy, its nearer end counts.
 *
 * Of known callers, each has at most {@link callerShare} of the weight, and the interval has to exclude the
 * catalogue's accuracy even without the {@link callerShare} of the weight that speaks most against it: a
 * trimmed mean, whose breakdown point that share is.
 *
 * @param cataloguePct - the catalogue's, in percent
 * @returns percent
 * @see Wilson: Probable Inference, the Law of Succession, and Statistical Inference, 1927
 * @see Huber, Ronchetti: Robust Statistics, 2nd edition, Sections 1.4 and 3.3
 */
export function fieldAccuracyPct(
  cataloguePct: number,
  callers: readonly CallerLabels[],
  { feedback, weight }: FeedbackSettings,
): number {
  if (feedback === 'off') return cataloguePct;
  const weighed = feedback === 'callers' ? capped(callers) : callers;
  const interval = (without: 'lowest' | 'highest') => {
    const { labels, correct } = sumOf(feedback === 'callers' ? trimmed(weighed, without) : weighed);
    return wilsonIntervalPct((weight * cataloguePct) / 100 + correct, weight + labels);
  };
  const [, high] = interval('lowest');
  if (high < cataloguePct) return high;
  const [low] = interval('highest');
  return Math.max(cataloguePct, low);
}

/** The accuracies to select by, each worked out once for the labels that were read: requests have no time for it. */
export class FieldAccuracies {
  readonly #settings: FeedbackSettings;
  readonly #known = new WeakMap<readonly CallerLabels[], number>();

  constructor(settings: FeedbackSettings) {
    this.#settings = settings;
  }

  /** See {@link fieldAccuracyPct}. The labels are those of one model. */
  of(cataloguePct: number, labels: readonly CallerLabels[]): number {
    const known = this.#known.get(labels);
    if (known !== undefined) return known;
    const accuracyPct = fieldAccuracyPct(cataloguePct, labels, this.#settings);
    this.#known.set(labels, accuracyPct);
    return accuracyPct;
  }
}

/** All labels together. */
export function sumOf(callers: readonly CallerLabels[]): CallerLabels {
  return callers.reduce(
    (sum, { labels, correct }) => ({ labels: sum.labels + labels, correct: sum.correct + correct }),
    { labels: 0, correct: 0 },
  );
}

/** No caller has more than its share of what is left: with too few callers, nothing is left. */
function capped(callers: readonly CallerLabels[]): CallerLabels[] {
  const most = largestCap(callers.map(({ labels }) => labels));
  return callers.map((caller) => scaledTo(Math.min(caller.labels, most), caller));
}

/** The largest number of labels that is no more than its share when nobody has more. */
function largestCap(labels: readonly number[]): number {
  const descending = labels.toSorted((a, b) => b - a);
  let rest = descending.reduce((sum, n) => sum + n, 0);
  for (const [above, n] of descending.entries()) {
    const cap = (callerShare * rest) / (1 - callerShare * above);
    if (n <= cap) return cap;
    rest -= n;
  }
  return 0;
}

/** Without a share of the weight: that of the callers who find a model right least, or most, often. */
function trimmed(callers: readonly CallerLabels[], without: 'lowest' | 'highest'): CallerLabels[] {
  const sign = without === 'lowest' ? 1 : -1;
  let left = callerShare * sumOf(callers).labels;
  return callers
    .toSorted((a, b) => sign * (rateOf(a) - rateOf(b)))
    .map((caller) => {
      const out = Math.min(caller.labels, left);
      left -= out;
      return scaledTo(caller.labels - out, caller);
    });
}

function scaledTo(labels: number, caller: CallerLabels): CallerLabels {
  return { labels, correct: labels * rateOf(caller) };
}

function rateOf({ labels, correct }: CallerLabels): number {
  return labels === 0 ? 0 : correct / labels;
}
