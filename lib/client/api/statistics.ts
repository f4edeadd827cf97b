import type { ClockEstimate } from '../time/clock.ts';
import type { Classification, Race } from './types.ts';

/** What a client has done so far. */
export interface ClientStatistics {
  /** Calls of `classify` that have an answer or an error; those that the caller aborted do not count. */
  readonly requests: number;
  readonly answeredByCloud: number;
  readonly answeredByDevice: number;
  readonly rejected: number;
  /** Requests whose answer had come by the deadline. */
  readonly inTime: number;
  /** Answers of the cloud that came after the deadline. */
  readonly cloudLate: number;
  /** Requests to the cloud that failed. */
  readonly cloudFailed: number;
  readonly deviceRuns: number;
  /** Requests for which the device's model did not have to run. */
  readonly deviceRunsSaved: number;
  /** The longest time in ms by which the deadline's timer was late. */
  readonly longestTimerErrorMs: number;
  /** The chance, 0 to 1, that the cloud's next answer comes within the client's SLA. */
  readonly cloudChance: number;
  /** T_output of the last answer in ms. */
  readonly outputMs?: number | undefined;
  /** What is known about the server's clock. */
  readonly clock?: ClockEstimate | undefined;
  /** The models on the device; `chosen` is the one that runs at the client's SLA. */
  readonly onDevice: readonly {
    readonly name: string;
    readonly measuredMs: number | undefined;
    readonly chosen: boolean;
  }[];
}

/** Counts what {@link ClientStatistics} says. */
export class Counters {
  requests = 0;
  answeredByCloud = 0;
  answeredByDevice = 0;
  rejected = 0;
  inTime = 0;
  cloudLate = 0;
  cloudFailed = 0;
  deviceRuns = 0;
  deviceRunsSaved = 0;
  longestTimerErrorMs = 0;

  /** Counts an answer. */
  answered({ source, inTime, timing }: Pick<Classification, 'source' | 'inTime' | 'timing'>): void {
    this.requests++;
    if (source === 'cloud') this.answeredByCloud++;
    else this.answeredByDevice++;
    if (inTime) this.inTime++;
    this.longestTimerErrorMs = Math.max(this.longestTimerErrorMs, timing.timerErrorMs);
  }

  /** Counts a request without an answer. */
  failed(): void {
    this.requests++;
    this.rejected++;
  }

  /** Counts the two runs of a race that has ended. */
  settled({ slaMs, cloud, device, winner }: Race): void {
    if (cloud.state === 'failed') this.cloudFailed++;
    if (cloud.state === 'answered' && (cloud.endMs ?? 0) > slaMs) this.cloudLate++;
    if (device?.startMs !== undefined) this.deviceRuns++;
    else if (device && winner) this.deviceRunsSaved++;
  }
}
