import { linePanels } from '../../figures/line-panels.ts';
import { type Figure, modelColours } from '../../figures/theme.ts';
import type { MeasuredRung, ModelLoss } from './measure.ts';

/** The accuracy of every model against the size of what is sent, and what it loses, with 95 % intervals. */
export function uploadsFigure(rungs: readonly MeasuredRung[]): Figure {
  const names = rungs[0]?.models.map(({ model }) => model) ?? [];
  // The palest colours are for areas: lines of them are hard to see.
  const colours = modelColours(names.length + 2).slice(2);
  const series = names.map((label, i) => ({ label, colour: colours[i] ?? '' }));
  const points = (of: (model: ModelLoss) => { value: number; low: number; high: number }) =>
    rungs.flatMap(({ meanBytes, models }) =>
      models.map((model) => ({ x: meanBytes / 1000, series: model.model, ...of(model) })),
    );
  const accuracies = points(({ top1Pct, lossPct, ci95Pct: [low, high] }) => ({
    value: top1Pct,
    low: top1Pct + lossPct - high,
    high: top1Pct + lossPct - low,
  }));
  const losses = points(({ lossPct, ci95Pct: [low, high] }) => ({ value: lossPct, low, high }));
  return linePanels(
    'KB sent, on average',
    series,
    [
      { title: 'Right, %', points: accuracies, step: 10 },
      { title: 'Points lost against the original', points: losses, step: 1 },
    ],
    { logarithmic: true, marked: true },
  );
}
