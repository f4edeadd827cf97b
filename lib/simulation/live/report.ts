import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IntervalPct, wilsonIntervalPct } from '../../models/interval.ts';
import { quantile } from '../../quantile.ts';
import { csvOf } from '../report/csv.ts';
import type { Course } from './course.ts';
import type { MeasuredRequest } from './measured-request.ts';
import { type ComparedMetric, compareMetrics, type Metrics, metricsOf } from './metrics.ts';

/** What a run was made with, for who reads of it later. */
export interface LiveFacts {
  readonly url: string;
  readonly trace: string;
  readonly slaMs: number;
  readonly ratePerS: number;
  readonly durationS: number;
  readonly arrivals: string;
  readonly policy: string;
  readonly seed: number;
  /** As the service says. */
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
}

/** Puts what was measured beside what was predicted. */
export function liveReport(
  facts: LiveFacts,
  measured: readonly MeasuredRequest[],
  predicted: readonly Course[],
): LiveReport {
  const { slaMs } = facts;
  const right = measured.filter((request) => request.right === 1).length;
  const ours = new Map([...metricsOf(measured, slaMs), ...timerMetrics(measured)]);
  return {
    ...facts,
    requests: measured.length,
    right95Pct: wilsonIntervalPct(right, measured.length),
    metrics: compareMetrics(ours, metricsOf(predicted, slaMs)),
  };
}

/** How far this machine's timers were from what was asked of them. */
function timerMetrics(requests: readonly MeasuredRequest[]): Metrics {
  const startErrors = requests.map(({ startMs, dueMs }) => startMs - dueMs);
  const timerErrors = requests.flatMap(({ timerErrorMs }) => timerErrorMs ?? []);
  return new Map(
    [0.5, 0.99].flatMap((q) => [
      [`start after it was due, p${100 * q} ms`, quantile(startErrors, q)],
      [`timer after the SLA’s end, p${100 * q} ms`, quantile(timerErrors, q)],
    ]),
  );
}

const columns = [
  ...['request', 'dueMs', 'startMs', 'bytes', 'label', 'predicted', 'right', 'source', 'model'],
  ...['accuracyPct', 'inTime', 'answerMs', 'timerErrorMs', 'deviceMs', 'cloudState', 'cloudModel'],
  ...['inputMs', 'serviceMs', 'cloudMs', 'coldStart', 'error'],
] as const;

/** Requests as CSV, one a row. */
export function requestsCsv(requests: readonly MeasuredRequest[]): string {
  const rows = requests.map(({ cloud, answerMs, ...request }) => ({
    ...request,
    answerMs: Number.isFinite(answerMs) ? answerMs : undefined,
    ...{ cloudModel: cloud?.model, inputMs: cloud?.inputMs },
    ...{ serviceMs: cloud?.serviceMs, cloudMs: cloud?.totalMs },
  }));
  return csvOf(columns, rows);
}

/**
 * Writes `live.json` and `live.csv` into a folder, which it makes.
 *
 * @throws Error of the file system
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
