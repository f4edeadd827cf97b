import type { Classification } from './types.ts';

/** The outcome of one request, for statistics. */
export interface RequestOutcome {
  /** Nobody, when there was no answer at all. */
  readonly source: 'cloud' | 'device' | 'nobody';
  /** Whether the answer was there within the SLA. */
  readonly inTime: boolean;
  /** Whether the cloud's was. */
  readonly cloudInTime: boolean;
  /** Accuracy in percent of the model that answered; 0 when none did. */
  readonly accuracyPct: number;
  /** Whether the best label was right; undefined when that is not known. */
  readonly correct?: boolean | undefined;
}

/**
 * The outcome of a request.
 *
 * @param classification - undefined when there was no answer
 * @param label - the right one, where it is known
 */
export function requestOutcome(
  classification: Classification | undefined,
  label: string | undefined,
): RequestOutcome {
  const correct = (best: string | undefined) => (label === undefined ? undefined : best === label);
  if (!classification) {
    const nothing = {
      source: 'nobody',
      inTime: false,
      cloudInTime: false,
      accuracyPct: 0,
    } as const;
    return { ...nothing, correct: correct(undefined) };
  }
  const { source, inTime, model, predictions, race } = classification;
  const { state, endMs = Number.POSITIVE_INFINITY } = race.cloud;
  return {
    source,
    inTime,
    cloudInTime: state === 'answered' && endMs <= race.slaMs,
    accuracyPct: model.accuracyPct,
    correct: correct(predictions[0]?.label),
  };
}
