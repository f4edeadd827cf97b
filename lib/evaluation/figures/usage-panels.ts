import { concat } from './layout.ts';
import { type Figure, inkOn, modelColours, type Spec, type Width, widthPx } from './theme.ts';

/** A panel of the share of requests that each model answered. */
export interface UsagePanel {
  readonly title: string;
  readonly points: readonly { readonly x: number; readonly usagePct: readonly number[] }[];
}

/** Models that never answer a larger share are left out. */
const leastSharePct = 0.5;

/**
 * Stacked areas, one for each model, from the fastest to the slowest.
 *
 * @param models - in the order of `usagePct`
 */
export function usagePanels(
  xTitle: string,
  models: readonly { readonly name: string; readonly meanMs: number }[],
  panels: readonly UsagePanel[],
): Figure {
  const used = models
    .map(({ name, meanMs }, index) => ({ name, meanMs, index }))
    .filter(({ index }) =>
      panels.some(({ points }) =>
        points.some(({ usagePct }) => (usagePct[index] ?? 0) > leastSharePct),
      ),
    )
    .sort((a, b) => a.meanMs - b.meanMs);
  const colours = modelColours(used.length);
  const legend = used.map(({ name }, i) => ({ label: name, colour: colours[i] ?? '' }));
  return (width) =>
    concat(
      panels.map((panel) => panelSpec(xTitle, used, panel, width, panels.length)),
      legend,
      width,
    );
}

function panelSpec(
  xTitle: string,
  used: readonly { name: string; index: number }[],
  { title, ...panel }: UsagePanel,
  width: Width,
  of: number,
): Spec {
  const points = broad(panel.points);
  const colours = modelColours(used.length);
  const areas = used.flatMap(({ name, index }, i) =>
    points.map(({ x, usagePct }) => {
      const low = used.slice(0, i).reduce((sum, below) => sum + (usagePct[below.index] ?? 0), 0);
      return { x, model: name, colour: colours[i], low, high: low + (usagePct[index] ?? 0) };
    }),
  );
  const xs = points.map((point) => point.x);
  const panelPx = width === 'wide' ? widthPx.wide / of - 80 : widthPx.narrow - 62;
  const heightPx = width === 'wide' ? 300 : 240;
  const scale = { width: panelPx / (Math.max(...xs) - Math.min(...xs)), height: heightPx / 100 };
  const labels = used.flatMap(({ name }, i) => {
    const own = areas.filter(({ model }) => model === name);
    const place = roomFor(name, own, scale);
    return place ? [{ ...place, model: name, colour: inkOn(colours[i] ?? '') }] : [];
  });
  const only = panel.points.length === 1 ? panel.points[0]?.x : undefined;
  const axis = {
    ...{ grid: false, tickCount: 6, format: '.5~g' },
    ...(only !== undefined && { values: [only] }),
  };
  const x = {
    ...{ field: 'x', type: 'quantitative', title: xTitle, axis },
    scale: { nice: false },
  };
  const y = { type: 'quantitative', title: null, scale: { domain: [0, 100] } };
  const colour = { field: 'colour', type: 'nominal', scale: null };
  return {
    title,
    width: panelPx,
    height: heightPx,
    layer: [
      {
        data: { values: areas },
        mark: { type: 'area', stroke: '#ffffff', strokeWidth: 0.6 },
        encoding: {
          x,
          y: { ...y, field: 'low', axis: { tickCount: 5, grid: false } },
          y2: { field: 'high' },
          color: colour,
        },
      },
      {
        data: { values: labels },
        mark: { type: 'text', fontSize: 12 },
        encoding: { x, y: { ...y, field: 'y' }, text: { field: 'model' }, color: colour },
      },
    ],
  };
}

/** A single point has no area: it is drawn as a short stretch around it. */
function broad(points: UsagePanel['points']): UsagePanel['points'] {
  const [only, another] = points;
  return only && !another ? [-1, 1].map((apart) => ({ ...only, x: only.x + apart })) : points;
}

const letterPx = 7;
const linePx = 16;

/** The highest place of an area at which a name fits into it, if there is one. */
function roomFor(
  name: string,
  area: readonly { x: number; low: number; high: number }[],
  pxPer: { width: number; height: number },
): { x: number; y: number } | undefined {
  const halfWidth = (name.length * letterPx) / 2 / pxPer.width;
  const halfHeight = linePx / 2 / pxPer.height;
  const [first = 0, last = 0] = [area[0]?.x, area.at(-1)?.x];
  const fitting = area.filter(({ x, low, high }) => {
    const y = (low + high) / 2;
    const covered = area.filter((other) => Math.abs(other.x - x) <= halfWidth);
    return (
      x - halfWidth >= first &&
      x + halfWidth <= last &&
      covered.every((other) => other.low <= y - halfHeight && other.high >= y + halfHeight)
    );
  });
  const best = fitting.toSorted((a, b) => b.high - b.low - (a.high - a.low))[0];
  return best && { x: best.x, y: (best.low + best.high) / 2 };
}
