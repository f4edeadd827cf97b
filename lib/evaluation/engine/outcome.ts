import type { Candidate } from '../../core/selection/types.ts';
import { quantileOfSorted } from '../../core/statistics/quantile.ts';
import type { DeviceRuns } from './certainty.ts';

/** The cloud's answers: an element for each request, times in ms. */
export interface Answers {
  /** Index of the model that ran. */
  readonly model: Uint16Array;
  readonly inputMs: Float64Array;
  readonly serviceMs: Float64Array;
  readonly outputMs: Float64Array;
  /** From the start of the request to the end of the answer: of the upload, unless the device runs first. */
  readonly latencyMs: Float64Array;
  /** T_sla of each request, where they differ. */
  readonly slaMs?: Float64Array | undefined;
  /** What the device has found before the upload, if it runs first. */
  readonly deviceRuns?: DeviceRuns | undefined;
}

/** What a simulation came to. */
export interface SimulatedOutcome {
  /** Mean accuracy in percent of the models that ran, in time or late: the paper's aggregate accuracy. */
  readonly accuracyPct: number;
  /** The same with duplication: the device's accuracy where the answer is late or less accurate. */
  readonly duplicatedAccuracyPct: number;
  /** Share of late answers in percent: on-device reliance, which is 100 - SLA attainment. */
  readonly reliancePct: number;
  /** End-to-end latency of the cloud's answers, in ms. */
  readonly meanMs: number;
  readonly stdMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of requests in percent that each model answered, in the order of the models. */
  readonly usagePct: readonly number[];
  /** Invocations beyond one for each request, in percent of the requests. */
  readonly extraPct: number;
  /** Only with `keepAnswers`. */
  readonly answers?: Answers;
}

/** Summarizes the answers of a simulation. */
export function summarize(
  { model, latencyMs, slaMs: ownSlaMs }: Answers,
  models: readonly Candidate[],
  { slaMs, deviceAccuracyPct }: { slaMs: number; deviceAccuracyPct: number },
): Omit<SimulatedOutcome, 'extraPct' | 'answers'> {
  const count = latencyMs.length;
  const runs = new Float64Array(models.length);
  const inTime = new Float64Array(models.length);
  for (let i = 0; i < count; i++) {
    const index = model[i] ?? 0;
    runs[index] = (runs[index] ?? 0) + 1;
    if ((latencyMs[i] ?? 0) <= (ownSlaMs?.[i] ?? slaMs)) inTime[index] = (inTime[index] ?? 0) + 1;
  }
  const accuracySum = sumOver(runs, (i) => models[i]?.accuracyPct ?? 0);
  const inTimeCount = sumOver(inTime, () => 1);
  const inTimeSum = sumOver(inTime, (i) =>
    Math.max(models[i]?.accuracyPct ?? 0, deviceAccuracyPct),
  );
  return {
    accuracyPct: accuracySum / count,
    duplicatedAccuracyPct: (inTimeSum + (count - inTimeCount) * deviceAccuracyPct) / count,
    reliancePct: (100 * (count - inTimeCount)) / count,
    ...latencyStatistics(latencyMs),
    usagePct: Array.from(runs, (times) => (100 * times) / count),
  };
}

function sumOver(counts: Float64Array, worth: (index: number) => number): number {
  return counts.reduce((sum, times, i) => sum + times * worth(i), 0);
}

/** Mean, standard deviation and quantiles in ms. */
export function latencyStatistics(
  latencyMs: Float64Array,
): Pick<SimulatedOutcome, 'meanMs' | 'stdMs' | 'p50Ms' | 'p99Ms'> {
  const count = latencyMs.length;
  const meanMs = latencyMs.reduce((sum, ms) => sum + ms, 0) / count;
  const squares = latencyMs.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0);
  const sorted = latencyMs.toSorted();
  return {
    meanMs,
    stdMs: Math.sqrt(squares / count),
    p50Ms: quantileOfSorted(sorted, 0.5),
    p99Ms: quantileOfSorted(sorted, 0.99),
  };
}
