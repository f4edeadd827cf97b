import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { csvFormat } from 'd3-dsv';
import { type IntervalPct, wilsonIntervalPct } from '../../core/statistics/interval.ts';
import type { MeasuredRequest } from './measured-request.ts';
import {
  type ComparedMetric,
  compareMetrics,
  type Metrics,
  metricsOf,
  quantiles,
} from './metrics.ts';
import type { RequestResult } from './request-result.ts';

/** The settings of a run, for those who read about it later. */
export interface LiveFacts {
  readonly url: string;
  readonly trace: string;
  readonly slaMs: number;
  readonly ratePerS: number;
  readonly durationS: number;
  readonly arrivals: string;
  readonly policy: string;
  readonly cloud: string;
  readonly sureFrom?: number | undefined;
  /** What was sent of an image. */
  readonly upload: string;
  readonly seed: number;
  /** As the service tells. */
  readonly strategy: string;
  readonly catalogue: string;
  readonly onDevice: string;
}

/** A run beside its prediction: `live.json`. */
export interface LiveReport extends LiveFacts {
  readonly requests: number;
  /** 95 % interval of the measured share of right labels, in percent. */
  readonly right95Pct: IntervalPct;
  readonly metrics: readonly ComparedMetric[];
  /** The simulation's metrics with the profiles that the service has after the run. */
  readonly afterwards: Readonly<Record<string, number>>;
  /** How often the cloud failed, by message. */
  readonly failures: Readonly<Record<string, number>>;
}

/** A simulated run. */
export interface SimulatedRun {
  /** Names of the service’s models, including those that the simulation never chose. */
  readonly models: readonly string[];
  /** With the profiles before the run. */
  readonly before: readonly RequestResult[];
  /** With the profiles after the run. */
  readonly after: readonly RequestResult[];
}

/** Puts the measured run beside the simulated one. */
export function liveReport(
  facts: LiveFacts,
  measured: readonly MeasuredRequest[],
  { models, before, after }: SimulatedRun,
): LiveReport {
  const options = { slaMs: facts.slaMs, models };
  const right = measured.filter((request) => request.right === 1).length;
  const metrics = new Map([...metricsOf(measured, options), ...measuredOnly(measured)]);
  const errors = measured.flatMap(({ error }) => error ?? []);
  const counts = Map.groupBy(errors, (message) => message);
  return {
    ...facts,
    requests: measured.length,
    right95Pct: wilsonIntervalPct(right, measured.length),
    metrics: compareMetrics(metrics, metricsOf(before, options)),
    afterwards: Object.fromEntries(metricsOf(after, options)),
    failures: Object.fromEntries([...counts].map(([message, all]) => [message, all.length])),
  };
}

/** What the simulation does not have: cold starts, the clock, and how late this machine's timers are. */
function measuredOnly(requests: readonly MeasuredRequest[]): Metrics {
  const replies = requests.filter(({ cloud }) => cloud !== undefined);
  const share = (holds: (request: MeasuredRequest) => boolean, of = replies) =>
    (100 * of.filter(holds).length) / of.length;
  const uploads = requests.filter(({ isUploaded }) => isUploaded);
  const bytes = uploads.reduce((sum, upload) => sum + upload.bytes, 0);
  const rungs = [...new Set(uploads.flatMap(({ rung }) => rung ?? []))].sort();
  return new Map([
    ['upload, KB', bytes / 1_000 / uploads.length],
    ...rungs.map((name): [string, number] => {
      return [`sent as ${name}, %`, share(({ rung }) => rung === name, uploads)];
    }),
    ['cold starts, %', share(({ coldStart }) => coldStart === true)],
    ['T_input told by the client, %', share(({ inputSource }) => inputSource === 'client')],
    ...quantiles(
      'start after it was due',
      requests.map(({ startMs, dueMs }) => startMs - dueMs),
    ),
    ...quantiles(
      'timer after the SLA’s end',
      requests.flatMap(({ timerErrorMs }) => timerErrorMs ?? []),
    ),
    ...quantiles(
      'run on the device',
      requests.flatMap(({ deviceMs }) => deviceMs ?? []),
    ),
  ]);
}

const columns = [
  ...['request', 'dueMs', 'startMs', 'bytes', 'rung', 'label', 'predicted', 'right', 'source'],
  'model',
  ...['accuracyPct', 'inTime', 'answerMs', 'timerErrorMs', 'deviceMs', 'cloudState', 'cloudModel'],
  ...['inputMs', 'inputSource', 'serviceMs', 'cloudMs', 'coldStart', 'error'],
] as const;

/** Requests as CSV with a header, one a row; what did not happen is empty. */
export function requestsCsv(requests: readonly MeasuredRequest[]): string {
  const rows = requests.map(({ cloud, answerMs, ...request }) => ({
    ...request,
    answerMs: Number.isFinite(answerMs) ? answerMs : undefined,
    ...{ cloudModel: cloud?.model, inputMs: cloud?.inputMs },
    ...{ serviceMs: cloud?.serviceMs, cloudMs: cloud?.totalMs },
  }));
  return `${csvFormat(rows, columns)}\n`;
}

/**
 * Writes `live.json` and `live.csv` to a folder, which is created.
 *
 * @throws Error when a file cannot be written
 */
export function writeLiveReport(
  folder: string,
  report: LiveReport,
  requests: readonly MeasuredRequest[],
): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'live.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'live.csv'), requestsCsv(requests));
}
