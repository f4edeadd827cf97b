import type { Source } from '../../client/api/types.ts';

/** The cloud's answer to a request; times in ms. */
export interface CloudAnswer {
  readonly model: string;
  /** T_input as the server knows it. */
  readonly inputMs: number;
  readonly serviceMs: number;
  /** From the start of the request to the whole answer, late or not. */
  readonly totalMs: number;
}

/** The result of one request, measured or simulated. */
export interface RequestResult {
  /** 1 if the label was right, else 0; in a simulation, the probability of that. */
  readonly right: number;
  /** Accuracy in percent of the model whose answer was used; 0 when there was none. */
  readonly accuracyPct: number;
  /** Whose answer was used. */
  readonly source: Source | 'nobody';
  /** Whether it came within the SLA. */
  readonly inTime: boolean;
  /** From the start of the request to the answer, in ms; `Infinity` when there was none. */
  readonly answerMs: number;
  /** Whether the picture was uploaded: not if the device was sure of its answer. */
  readonly isUploaded: boolean;
  /** Whether the device ran its model; undefined where the simulation cannot tell. */
  readonly deviceRan: boolean | undefined;
  /** Undefined when there was none, or the client no longer waited for it. */
  readonly cloud: CloudAnswer | undefined;
}
