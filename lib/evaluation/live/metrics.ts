import { quantile } from '../../core/statistics/quantile.ts';
import { difference, shown } from '../report/format.ts';
import type { RequestResult } from './request-result.ts';

/** What the requests of a run come to, by the names that people read; units stand in the names. */
export type Metrics = ReadonlyMap<string, number>;

/** A metric as it was measured and as the simulation had it; null where it has none, or not a number. */
export interface ComparedMetric {
  readonly metric: string;
  readonly measured: number | null;
  readonly simulated: number | null;
  /** Measured less simulated. */
  readonly difference: number | null;
}

/** What a timer may be late by without an answer counting as late, in ms. */
export const timerToleranceMs = 10;

/**
 * Shares, means and quantiles of some requests. Answers that never came count as later than all others.
 *
 * @param models - names of the cloud's models, in the order in which their shares are wanted
 */
export function metricsOf(
  courses: readonly RequestResult[],
  { slaMs, models }: { readonly slaMs: number; readonly models: readonly string[] },
): Metrics {
  const percent = (value: (course: RequestResult) => number) =>
    (100 * courses.reduce((sum, course) => sum + value(course), 0)) / courses.length;
  const share = (holds: (course: RequestResult) => boolean) => percent((it) => (holds(it) ? 1 : 0));
  const clouds = courses.flatMap(({ cloud }) => (cloud ? [cloud] : []));
  const cloudMs = courses.map(({ cloud }) => cloud?.totalMs ?? Number.POSITIVE_INFINITY);
  const knowsRuns = courses.every(({ deviceRan }) => deviceRan !== undefined);

  return new Map([
    ['right labels, %', percent(({ right }) => right)],
    ['mean accuracy of the models that answered, %', percent((it) => it.accuracyPct / 100)],
    [
      'answers within the SLA, %',
      share(({ inTime, answerMs }) => inTime && answerMs <= slaMs + timerToleranceMs),
    ],
    ['the cloud’s within the SLA, %', share(({ cloud }) => !!cloud && cloud.totalMs <= slaMs)],
    ['reliance on the device, %', share(({ source }) => source === 'device')],
    ['no answer at all, %', share(({ source }) => source === 'nobody')],
    ['runs on the device, %', knowsRuns ? share((it) => it.deviceRan === true) : Number.NaN],
    ...models.map((name): [string, number] => {
      const count = clouds.filter(({ model }) => model === name).length;
      return [`cloud’s answers by ${name}, %`, (100 * count) / clouds.length];
    }),
    ...quantiles(
      'answer',
      courses.map(({ answerMs }) => answerMs),
    ),
    ...quantiles('the cloud’s answer', cloudMs),
    ...quantiles(
      'T_input',
      clouds.map(({ inputMs }) => inputMs),
    ),
    ...quantiles(
      'service time',
      clouds.map(({ serviceMs }) => serviceMs),
    ),
  ]);
}

/** The quantiles of times in ms by which they are known. */
export function quantiles(what: string, timesMs: readonly number[]): [string, number][] {
  return [0.5, 0.9, 0.99].map((q) => [`${what}, p${100 * q} ms`, quantile(timesMs, q)]);
}

/** Both sides of a run as rows, in the order of the measured ones; models that nobody used are left out. */
export function compareMetrics(measured: Metrics, simulated: Metrics): ComparedMetric[] {
  const finite = (value = Number.NaN) => (Number.isFinite(value) ? value : null);
  return [...measured].flatMap(([metric, value]) => {
    const [ours, theirs] = [finite(value), finite(simulated.get(metric))];
    if (metric.startsWith('cloud’s answers by') && ours === 0 && theirs === 0) return [];
    const apart = ours === null || theirs === null ? null : ours - theirs;
    return { metric, measured: ours, simulated: theirs, difference: apart };
  });
}

/** A compared metric as the cells of a table; what is not known is a dash. */
export function cellsOf({ metric, measured, simulated }: ComparedMetric): string[] {
  const cell = (value: number | null) => (value === null ? '-' : shown(value));
  const apart = measured === null ? '' : difference(simulated, measured);
  return [metric, cell(measured), cell(simulated), apart];
}
