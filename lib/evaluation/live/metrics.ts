import { quantile } from '../../core/statistics/quantile.ts';
import type { RequestResult } from './request-result.ts';

/** The numbers of a run by their names, which include the units. */
export type Metrics = ReadonlyMap<string, number>;

/** A metric as measured and as simulated; null where a side does not know it, or it is not finite. */
export interface ComparedMetric {
  readonly metric: string;
  readonly measured: number | null;
  readonly simulated: number | null;
  /** Measured minus simulated. */
  readonly difference: number | null;
}

/**
 * Shares, means and quantiles over requests. An answer that never came counts as later than all others.
 *
 * @param models - names of the cloud's models, in the order of their shares
 */
export function metricsOf(
  results: readonly RequestResult[],
  { slaMs, models }: { readonly slaMs: number; readonly models: readonly string[] },
): Metrics {
  const percent = (value: (result: RequestResult) => number) =>
    (100 * results.reduce((sum, result) => sum + value(result), 0)) / results.length;
  const share = (holds: (result: RequestResult) => boolean) => percent((it) => (holds(it) ? 1 : 0));
  const clouds = results.flatMap(({ cloud }) => (cloud ? [cloud] : []));
  const cloudMs = results.map(({ cloud }) => cloud?.totalMs ?? Number.POSITIVE_INFINITY);
  const knowsRuns = results.every(({ deviceRan }) => deviceRan !== undefined);

  return new Map([
    ['right labels, %', percent(({ right }) => right)],
    ['mean accuracy of the models that answered, %', percent((it) => it.accuracyPct / 100)],
    ['answers within the SLA, %', share((it) => it.inTime && it.answerMs <= slaMs)],
    ['the cloud’s within the SLA, %', share(({ cloud }) => !!cloud && cloud.totalMs <= slaMs)],
    ['reliance on the device, %', share(({ source }) => source === 'device')],
    ['no answer at all, %', share(({ source }) => source === 'nobody')],
    ['uploads saved, %', share(({ isUploaded }) => !isUploaded)],
    ['runs on the device, %', knowsRuns ? share((it) => it.deviceRan === true) : Number.NaN],
    ...models.map((name): [string, number] => {
      const count = clouds.filter(({ model }) => model === name).length;
      return [`cloud’s answers by ${name}, %`, (100 * count) / clouds.length];
    }),
    ...quantiles(
      'answer',
      results.map(({ answerMs }) => answerMs),
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

/** The reported quantiles of times in ms. */
export function quantiles(what: string, timesMs: readonly number[]): [string, number][] {
  return [0.5, 0.9, 0.99].map((q) => [`${what}, p${100 * q} ms`, quantile(timesMs, q)]);
}

/** Both sides as rows, in the order of the measured ones; models that neither side used are left out. */
export function compareMetrics(measured: Metrics, simulated: Metrics): ComparedMetric[] {
  const finite = (value = Number.NaN) => (Number.isFinite(value) ? value : null);
  return [...measured].flatMap(([metric, value]) => {
    const [ours, theirs] = [finite(value), finite(simulated.get(metric))];
    if (metric.startsWith('cloud’s answers by') && ours === 0 && theirs === 0) return [];
    const apart = ours === null || theirs === null ? null : ours - theirs;
    return { metric, measured: ours, simulated: theirs, difference: apart };
  });
}
