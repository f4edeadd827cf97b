import { quantile } from '../../quantile.ts';
import { difference, shown } from '../report/format.ts';
import type { Course } from './course.ts';

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

/** Shares, means and quantiles of some requests. Answers that never came count as later than all others. */
export function metricsOf(courses: readonly Course[], slaMs: number): Metrics {
  const percent = (value: (course: Course) => number) =>
    (100 * courses.reduce((sum, course) => sum + value(course), 0)) / courses.length;
  const share = (holds: (course: Course) => boolean) => percent((it) => (holds(it) ? 1 : 0));
  const clouds = courses.flatMap(({ cloud }) => (cloud ? [cloud] : []));
  const cloudMs = courses.map(({ cloud }) => cloud?.totalMs ?? Number.POSITIVE_INFINITY);
  const quantiles = (what: string, values: readonly number[]) =>
    [0.5, 0.9, 0.99].map((q) => [`${what}, p${100 * q} ms`, quantile(values, q)] as const);
  const models = [...new Set(clouds.map(({ model }) => model))].sort();

  return new Map([
    ['right labels, %', percent(({ right }) => right)],
    ['mean accuracy of the models that answered, %', percent((it) => it.accuracyPct / 100)],
    ['answers within the SLA, %', share(({ inTime }) => inTime)],
    ['the cloud’s within the SLA, %', share(({ cloud }) => (cloud?.totalMs ?? slaMs + 1) <= slaMs)],
    ['reliance on the device, %', share(({ source }) => source === 'device')],
    ['no answer at all, %', share(({ source }) => source === 'nobody')],
    ...(courses.every(({ deviceRan }) => deviceRan !== undefined)
      ? [['runs on the device, %', share(({ deviceRan }) => deviceRan === true)] as const]
      : []),
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
    ...models.map((name) => {
      const count = clouds.filter(({ model }) => model === name).length;
      return [`${usage}${name}, %`, (100 * count) / clouds.length] as const;
    }),
  ]);
}

/** How the metric of a model's share of the cloud's answers begins. */
const usage = 'cloud’s answers by ';

/** Both sides of a run as rows; a model that only one side used was used by the other in 0 %. */
export function compareMetrics(measured: Metrics, simulated: Metrics): ComparedMetric[] {
  const names = [...new Set([...measured.keys(), ...simulated.keys()])];
  const valueIn = (metrics: Metrics, name: string) => {
    const value = metrics.get(name) ?? (name.startsWith(usage) ? 0 : Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  return names.map((metric) => {
    const [ours, theirs] = [valueIn(measured, metric), valueIn(simulated, metric)];
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
