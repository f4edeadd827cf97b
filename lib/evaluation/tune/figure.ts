import { linePanels } from '../figures/line-panels.ts';
import { type Figure, modelColours } from '../figures/theme.ts';
import type { MemoryOption, TunedModel } from './options.ts';

/** Cost against latency: a line for each model, a point for each memory, a ring around the one that was chosen. */
export function tuneFigure(models: readonly TunedModel[]): Figure {
  // The palest colours are for areas: lines of them are hard to see.
  const colours = modelColours(models.length + 2).slice(2);
  const point = (series: string, { p95Ms, usdPerMillion }: MemoryOption) => {
    return { series, x: p95Ms, value: usdPerMillion };
  };
  const points = models.flatMap(({ name, options }) => options.map((it) => point(name, it)));
  const most = Math.max(...points.map(({ value }) => value));
  return linePanels(
    '95 % of warm calls take no longer, ms',
    models.map(({ name }, i) => ({ label: name, colour: colours[i] ?? '' })),
    [
      {
        title: '$ for a million calls: a point for each memory, a ring around the cheapest in time',
        points,
        rings: models.map(({ name, best }) => point(name, best)),
        step: 10 ** Math.floor(Math.log10(most)),
      },
    ],
    { logarithmic: true, marked: true, withLegend: true },
  );
}
