/** How often a model is right, by how sure it is: measured on labelled images, never assumed. */
export interface Reliability {
  /** In ascending order; a bin reaches up to the next one's `from`, the last up to 1. */
  readonly bins: readonly {
    /** The lowest score of the best label that belongs here, 0 to 1. */
    readonly from: number;
    /** Labelled answers with such a score. */
    readonly count: number;
    /** Those of them that were right. */
    readonly right: number;
  }[];
}

/** An answer to a labelled image. */
export interface LabelledAnswer {
  /** Score of the best label, 0 to 1. */
  readonly score: number;
  readonly isRight: boolean;
}

/**
 * Where bins begin. They are narrow towards 1: most answers are there, and it is there that an answer
 * becomes sure enough to need no second one.
 */
const binsFrom = [
  0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999,
];

/** Counts how often answers were right, by their score; bins without answers are included. */
export function measureReliability(answers: Iterable<LabelledAnswer>): Reliability {
  const bins = binsFrom.map((from) => ({ from, count: 0, right: 0 }));
  for (const { score, isRight } of answers) {
    const bin = bins.filter(({ from }) => from <= score).at(-1);
    if (!bin) continue;
    bin.count++;
    if (isRight) bin.right++;
  }
  return { bins };
}

/**
 * The probability (0 to 1) that an answer with this score is right. Each bin counts as if one more of its
 * answers had been wrong, right / (count + 1), the mean of a Beta distribution whose prior is Beta(0, 1): the
 * fewer answers, the lower, and never above what was measured. Neighbouring bins of which the surer one was
 * right less often are pooled (pool adjacent violators; Ayer et al., "An empirical distribution function for
 * sampling with incomplete information", 1955), so that a higher score never means a lower probability.
 *
 * @param score - of the best label, 0 to 1
 *
 * @example
 * ```ts
 * import { chanceOfBeingRight } from '@mdinference/client/onnxruntime-web';
 *
 * const bins = [
 *   { from: 0, count: 49, right: 20 },
 *   { from: 0.9, count: 99, right: 98 },
 * ];
 * chanceOfBeingRight({ bins }, 0.95); // => 0.98
 * ```
 */
export function chanceOfBeingRight({ bins }: Reliability, score: number): number {
  const pools: { from: number; count: number; right: number }[] = [];
  for (const { from, count, right } of bins) {
    const pool = { from, count: count + 1, right };
    for (let last = pools.at(-1); last && share(last) >= share(pool); last = pools.at(-1)) {
      pools.pop();
      pool.from = last.from;
      pool.count += last.count;
      pool.right += last.right;
    }
    pools.push(pool);
  }
  const pool = pools.filter(({ from }) => from <= score).at(-1);
  return pool ? share(pool) : 0;
}

function share({ count, right }: { readonly count: number; readonly right: number }): number {
  return right / count;
}
