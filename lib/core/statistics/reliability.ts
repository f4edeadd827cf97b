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
