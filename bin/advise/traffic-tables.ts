import type {
  Choice,
  TrafficAdvice,
  TrafficOption,
  TrafficQuestion,
} from '../../lib/evaluation/advise/traffic.ts';
import type { TrafficModel } from '../../lib/evaluation/traffic/models.ts';
import type { TrafficLog } from '../../lib/evaluation/traffic/read-log.ts';
import { spreadOf, type Traffic } from '../../lib/evaluation/traffic/traffic.ts';
import { plainTable } from '../shared/output.ts';
import { resampling } from '../shared/traffic.ts';

/** What is asked, but for what a device could carry. */
export type AskedOfTraffic = Omit<TrafficQuestion, 'onDevice'> & {
  readonly requestsPerMonth: number;
  readonly pricesOf: string;
};

/** What the advice is about. */
export interface AdvisedTraffic {
  readonly traffic: Traffic;
  readonly log: TrafficLog;
  readonly models: readonly TrafficModel[];
  readonly asked: AskedOfTraffic;
  readonly slowdown: number;
}

/** The traffic, and a table for each question with the advice below it. */
export function describeTraffic(advice: TrafficAdvice, about: AdvisedTraffic): string {
  const { strategies, subsets, slas, devices } = advice;
  const { traffic, asked } = about;
  const slaOf = (factor: number) => `${(factor * traffic.medianSlaMs).toFixed(0)} ms at the median`;
  return [
    whatCame(advice, about),
    '',
    optionsTable(['strategy', ''], strategies, [advice.logged], ({ what }) =>
      what === asked.strategy ? 'deployed' : '',
    ),
    `Strategy: ${verdict(strategies)}`,
    '',
    optionsTable(['models', 'which'], subsets, [], ({ models }) =>
      models.length === asked.models.length ? 'all' : models.join('\n'),
    ),
    `Models, by ${asked.strategy}: ${verdict(subsets)}`,
    '',
    optionsTable(['SLA', ''], slas, [], ({ factor }) => slaOf(factor)),
    `SLA, by ${asked.strategy}: ${verdict(slas)}`,
    '',
    devicesTable(advice),
    `On a device that is ${about.slowdown} times as slow: ${devices.advised.model.name}; users get ${devices.advised.accuracyPct.toFixed(2)} % for ${devices.advised.deviceMs.toFixed(0)} ms of the device with each request.`,
  ].join('\n');
}

function whatCame(
  { logged }: TrafficAdvice,
  { traffic, log, models, asked }: AdvisedTraffic,
): string {
  const { network, requests } = traffic;
  const times = plainTable(['ms', 'least', 'median', '90 %', '99 %', 'most'], { compact: true });
  for (const [name, values] of [
    ['T_sla', network.slaMs],
    ['T_input', network.inputMs],
    ['T_output', network.outputMs],
  ] as const) {
    times.push([name, ...spreadOf(values).map((ms) => ms.toFixed(1))]);
  }
  const served = plainTable(['model', 'times', 'answers %', 'top-1 %', 'ms', 'deviation'], {
    ...{ textColumns: 2, compact: true },
  });
  for (const { name, isTimed, accuracyPct, meanMs, stdMs } of models) {
    served.push([
      ...[name, isTimed ? 'logged' : 'known', (logged.usagePct.get(name) ?? 0).toFixed(1)],
      ...[accuracyPct.toFixed(1), meanMs.toFixed(1), stdMs.toFixed(1)],
    ]);
  }
  const count = requests.length.toLocaleString('en');
  const lines = log.lines.toLocaleString('en');
  const device =
    asked.deviceAccuracyPct > 0
      ? `on the device ${asked.deviceAccuracyPct.toFixed(1)} %`
      : 'no model on the device: late answers count as wrong';
  return [
    `${count} requests in ${lines} lines of ${network.name}, over ${spanOf(traffic.spanMs)}, by ${requests.at(-1)?.strategy}; ${device}`,
    times.toString(),
    `T_output: ${traffic.reportedPct.toFixed(1)} % reported by clients, the others ${traffic.reportedPct > 0 ? 'drawn from reports with a similar T_input' : 'taken to be T_input'}.`,
    ...(traffic.guessedPct > 0
      ? [
          `T_input: ${traffic.guessedPct.toFixed(0)} % of the requests did not say when their upload began; theirs is the deployment’s default.`,
        ]
      : []),
    served.toString(),
    `Simulated: ${asked.requests.toLocaleString('en')} requests each, ${resampling(traffic, asked.requests)}. Costs: ${asked.requestsPerMonth.toLocaleString('en')} requests a month, prices of ${asked.pricesOf}.`,
  ].join('\n');
}

function optionsTable<Option extends TrafficOption>(
  [what, which]: readonly [string, string],
  { options, best, advised }: Choice<Option>,
  before: readonly TrafficOption[],
  nameOf: (option: Option) => string,
): string {
  const head = [what, which, '', 'users get %', 'in time %', 'USD a month'];
  const table = plainTable(head, { textColumns: 3, compact: true });
  const row = (option: TrafficOption, name: string, mark: string) => [
    ...[option.what, name, mark, option.accuracyPct.toFixed(2), option.inTimePct.toFixed(2)],
    option.usdPerMonth.toFixed(2),
  ];
  for (const option of before) table.push(row(option, '', ''));
  for (const option of options) {
    const mark = option === advised ? 'advised' : option === best ? 'best' : '';
    table.push(row(option, nameOf(option), mark));
  }
  return table.toString();
}

function verdict({ best, advised }: Choice<TrafficOption>): string {
  const gives = ({ what, accuracyPct, usdPerMonth }: TrafficOption) =>
    `${what} gives ${accuracyPct.toFixed(2)} % for $${usdPerMonth.toFixed(2)} a month`;
  return advised === best
    ? `${gives(best)}; none is better.`
    : `${gives(advised)}; ${gives(best)}.`;
}

function devicesTable({ devices: { carried, best, advised } }: TrafficAdvice): string {
  const head = ['on the device', '', 'its top-1 %', 'its ms', 'users get %', 'missed %'];
  const table = plainTable(head, { textColumns: 2, compact: true });
  for (const one of carried) {
    const mark = one === advised ? 'advised' : one === best ? 'best' : '';
    table.push([
      ...[one.model.name, mark, one.model.accuracyPct.toFixed(1), one.deviceMs.toFixed(0)],
      ...[one.accuracyPct.toFixed(2), one.missedPct.toFixed(2)],
    ]);
  }
  return table.toString();
}

function spanOf(ms: number): string {
  const [minutes, hours] = [ms / 60_000, ms / 3_600_000];
  if (hours >= 48) return `${(hours / 24).toFixed(1)} days`;
  return hours >= 2 ? `${hours.toFixed(1)} hours` : `${minutes.toFixed(1)} minutes`;
}
