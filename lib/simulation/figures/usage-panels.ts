import { concat } from './concat.ts';
import { type Figure, inkOn, modelColours, type Spec, type Width, widthPx } from './theme.ts';

/** Which share of the requests each model answered, over a horizontal axis. */
export interface UsagePanel {
  readonly title: string;
  readonly points: readonly { readonly x: number; readonly usagePct: readonly number[] }[];
}

/** Models that never answer more than this are not told apart. */
const leastSharePct = 0.5;
/** An area is labelled where it is at least this high. */
const labelFromPct = 9;

/**
 * Areas on top of each other, from the fastest model to the slowest.
 *
 * @param models - in the order of the shares
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
  return (width) =>
    concat(
      panels.map((panel) => panelSpec(xTitle, used, panel, width, panels.length)),
      width,
    );
}

function panelSpec(
  xTitle: string,
  used: readonly { name: string; index: number }[],
  { title, points }: UsagePanel,
  width: Width,
  of: number,
): Spec {
  const colours = modelColours(used.length);
  const areas = points.flatMap(({ x, usagePct }) => {
    let low = 0;
    return used.map(({ name, index }) => {
      const share = usagePct[index] ?? 0;
      low += share;
      return { x, model: name, low: low - share, high: low, share };
    });
  });
  const scale = { domain: used.map(({ name }) => name), range: colours };
  const panelPx = width === 'wide' ? widthPx.wide / of - 80 : widthPx.narrow - 62;
  const x = {
    ...{ field: 'x', type: 'quantitative', title: xTitle, axis: { grid: false, tickCount: 6 } },
    scale: { nice: false },
  };
  const y = { type: 'quantitative', title: null, scale: { domain: [0, 100] } };
  return {
    title,
    width: panelPx,
    height: width === 'wide' ? 300 : 240,
    data: { values: areas },
    layer: [
      {
        mark: { type: 'area', stroke: '#ffffff', strokeWidth: 0.6 },
        encoding: {
          x,
          y: { ...y, field: 'low', axis: { tickCount: 5, grid: false } },
          y2: { field: 'high' },
          color: { field: 'model', type: 'nominal', scale, legend: null },
        },
      },
      {
        data: {
          values: labelsOf(
            areas,
            colours,
            used,
            points.map((point) => point.x),
          ),
        },
        mark: { type: 'text', fontSize: 11.5 },
        encoding: {
          x,
          y: { ...y, field: 'middle' },
          text: { field: 'model' },
          color: { field: 'ink', type: 'nominal', scale: null },
        },
      },
    ],
    resolve: { scale: { color: 'independent' } },
  };
}

/** A label where each area is highest, away from the edges. */
function labelsOf(
  areas: readonly { x: number; model: string; low: number; high: number; share: number }[],
  colours: readonly string[],
  used: readonly { name: string }[],
  xs: readonly number[],
) {
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const margin = 0.14 * (high - low);
  return used.flatMap(({ name }, i) => {
    const inner = areas.filter(
      ({ x, model }) => model === name && x >= low + margin && x <= high - margin,
    );
    const best = inner.reduce((a, b) => (b.share > a.share ? b : a), { ...inner[0], share: 0 });
    if (best.share < labelFromPct || best.low === undefined || best.high === undefined) return [];
    const middle = (best.low + best.high) / 2;
    return [{ x: best.x, middle, model: name, ink: inkOn(colours[i] ?? '') }];
  });
}
