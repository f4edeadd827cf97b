import { dotPanels } from '../figures/dot-panels.ts';
import { type Figure, selectorSeries } from '../figures/theme.ts';
import type { TrafficAdvice, TrafficOption } from './traffic.ts';

const series = [
  { label: 'as logged', colour: selectorSeries.oracle.colour },
  { label: 'by other strategies', colour: selectorSeries['three-stage'].colour },
  { label: 'with fewer models', colour: selectorSeries['expected-accuracy'].colour },
  { label: 'within other SLAs', colour: selectorSeries['static-greedy'].colour },
];

/** What users get and what it costs, a row for each way to serve the traffic; the advised ones have a ring. */
export function trafficFigure({ logged, strategies, subsets, slas }: TrafficAdvice): Figure {
  const groups: (readonly [options: readonly TrafficOption[], advised?: TrafficOption])[] = [
    [[logged]],
    ...[strategies, subsets, slas].map(({ options, advised }) => [options, advised] as const),
  ];
  const dots = (value: (option: TrafficOption) => number) =>
    groups.flatMap(([options, advised], i) =>
      options.flatMap((option) => {
        const dot = { row: option.what, series: series[i]?.label ?? '', value: value(option) };
        return option === advised ? [dot, { ...dot, hollow: true }] : [dot];
      }),
    );
  return dotPanels(series, [
    { title: 'What users get, %', dots: dots((it) => it.accuracyPct), step: 5 },
    { title: 'In time from the cloud, %', dots: dots((it) => it.inTimePct), step: 5 },
    { title: 'USD a month', dots: dots((it) => it.usdPerMonth), step: 10 },
  ]);
}
