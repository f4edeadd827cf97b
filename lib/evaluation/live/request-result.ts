import type { Source } from '../../client/types.ts';

/** How the cloud's answer to a request came; times in ms. */
export interface CloudAnswer {
  readonly model: string;
  /** T_input, as the server knows it. */
  readonly inputMs: number;
  readonly serviceMs: number;
  /** From the start of the request to the whole answer, late or not. */
  readonly totalMs: number;
}

/** How one request went, or goes by the simulation. */
export interface RequestResult {
  /** Whether the label was right, 0 or 1; in a simulation the chance of it. */
  readonly right: number;
  /** Accuracy in percent of the model whose answer was taken; 0 when there was none. */
  readonly accuracyPct: number;
  /** Whose answer was taken. */
  readonly source: Source | 'nobody';
  /** Whether it was there within the SLA. */
  readonly inTime: boolean;
  /** From the start of the request to the answer, in ms; `Infinity` when there was none. */
  readonly answerMs: number;
  /** Whether the device ran its model; undefined where the simulation cannot tell. */
  readonly deviceRan: boolean | undefined;
  /** Undefined when there was none, or it was no longer waited for. */
  readonly cloud: CloudAnswer | undefined;
}
