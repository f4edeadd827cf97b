import type { Answered, ClockEstimate, Race, RequestKind } from './types.ts';

/** What a client has done so far. */
export interface ClientStatistics {
  /** Requests that have an answer or an error; those that the caller aborted do not count. */
  readonly requests: number;
  readonly answeredByCloud: number;
  readonly answeredByDevice: number;
  readonly rejected: number;
  /** Requests whose answer was handed over by the deadline, judged by the clock. */
  readonly inTime: number;
  /** Answers of the cloud that came after the deadline. */
  readonly cloudLate: number;
  /** Requests to the cloud that failed. */
  readonly cloudFailed: number;
  /** Requests that were not sent to the cloud because the device was sure. */
  readonly uploadsSaved: number;
  readonly deviceRuns: number;
  /** Runs of the device's model that failed, a model that could not be loaded included. */
  readonly deviceFailed: number;
  /** Why the last of them did. */
  readonly deviceError?: unknown;
  /** Requests for which the device's model did not have to run. */
  readonly deviceRunsSaved: number;
  /** The longest time in ms by which the timer for the deadline was late. */
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
    readonly ready: boolean;
    /** Why it could not be loaded the last time. */
    readonly error?: unknown;
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
  uploadsSaved = 0;
  deviceRuns = 0;
  deviceFailed = 0;
  deviceError: unknown;
  deviceRunsSaved = 0;
  longestTimerErrorMs = 0;

  /** Counts an answer. */
  answered({
    source,
    inTime,
    timing,
  }: Pick<Answered<RequestKind>, 'source' | 'inTime' | 'timing'>): void {
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

  /** Counts the two runs of a race that has ended; `usesCloud` unless nothing may leave the device. */
  settled({ slaMs, cloud, device, winner }: Race<RequestKind>, usesCloud: boolean): void {
    if (cloud.state === 'failed') this.cloudFailed++;
    if (cloud.state === 'answered' && (cloud.endMs ?? 0) > slaMs) this.cloudLate++;
    if (usesCloud && cloud.state === 'skipped') this.uploadsSaved++;
    if (device?.state === 'failed') {
      this.deviceFailed++;
      this.deviceError = device.error;
    }
    if (device?.startMs !== undefined) this.deviceRuns++;
    else if (device && winner) this.deviceRunsSaved++;
  }
}
