import { type RequestOutcome, requestOutcome } from '../../client/api/outcome.ts';
import type { Classification, Race } from '../../client/index.ts';
import { isInTime } from './times.ts';

/** The outcome of one request, as the person who waited for it saw it. */
export interface Outcome extends Omit<RequestOutcome, 'cloudInTime'> {
  /** Whether the cloud alone would have been in time; undefined when it was not asked. */
  readonly cloudInTime?: boolean | undefined;
}

/**
 * The outcome of a request.
 *
 * @param classification - undefined when there was no answer
 * @param label - the right one, where it is known
 */
export function outcomeOf(
  classification: Classification | undefined,
  label: string | undefined,
): Outcome {
  const outcome = requestOutcome(classification, label);
  if (!classification) return outcome;
  const { timing, race } = classification;
  return { ...outcome, inTime: isInTime(timing), cloudInTime: wasCloudInTime(race) };
}

/** Whether the cloud had answered within the SLA; undefined when it was not asked. */
export function wasCloudInTime({ cloud, slaMs }: Race): boolean | undefined {
  if (cloud.state === 'skipped') return undefined;
  return cloud.state === 'answered' && isInTime({ totalMs: cloud.endMs ?? 0, slaMs });
}
