import { concat, domainOf } from './layout.ts';
import { type Figure, type FigureSeries, ink, type Spec, type Width, widthPx } from './theme.ts';

/** A point of a line, with a band around it from `low` to `high`. */
export interface LinePoint {
  readonly x: number;
  readonly series: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** A panel with a line for each series. */
export interface LinePanel {
  readonly title: string;
  readonly points: readonly LinePoint[];
  /** Drawn as rings beside the line of their series. */
  readonly rings?: readonly LinePoint[];
  /** The vertical axis ends at multiples of it. */
  readonly step: number;
  /** Label of a dashed line where x equals y; without a label there is no such line. */
  readonly diagonal?: string;
}

const heightPx = 260;
const labelsPx = 112;
/** Labels closer to each other would overlap. */
const labelGapPx = 15;

/** How lines are drawn over their horizontal axis. */
export interface LineStyle {
  /** Equal steps of the axis are equal ratios. */
  readonly logarithmic?: boolean;
  /** Every point is marked, however many there are. */
  readonly marked?: boolean;
  /** The lines end at different places: a legend names them in a wide figure, too. */
  readonly withLegend?: boolean;
}

/** Lines over a common horizontal axis, labelled at their ends, or by a legend in a narrow figure. */
export function linePanels(
  xTitle: string,
  series: readonly FigureSeries[],
  panels: readonly LinePanel[],
  style: LineStyle = {},
): Figure {
  const legend = series.map(({ label, colour }) => ({ label, colour }));
  return (width) =>
    concat(
      panels.map((panel) =>
        panelSpec(xTitle, series, panel, { ...style, width, of: panels.length }),
      ),
      width === 'wide' && !style.withLegend ? [] : legend,
      width,
    );
}

function panelSpec(
  xTitle: string,
  series: readonly FigureSeries[],
  { title, points, rings = [], step, diagonal }: LinePanel,
  { width, of, logarithmic, marked, withLegend }: LineStyle & { width: Width; of: number },
): Spec {
  const xs = points.map(({ x }) => x);
  const [xLow, xHigh] = [Math.min(...xs), Math.max(...xs)];
  const domain = domainOf(
    [...points, ...rings].flatMap(({ value, low = value, high = value }) => [low, high]),
    step,
  );
  const isWide = width === 'wide';
  const labelled = isWide && !withLegend;
  const looks = (point: LinePoint) => {
    const own = series.find(({ label }) => label === point.series);
    return { ...point, colour: own?.colour, dashed: own?.dashed ?? false };
  };
  const values = points.map(looks);
  const colour = { field: 'colour', type: 'nominal', scale: null };
  const x = {
    ...{
      field: 'x',
      type: 'quantitative',
      title: xTitle,
      axis: { grid: false, tickCount: 6, format: '.5~g' },
    },
    scale: { domain: [xLow, xHigh], nice: false, ...(logarithmic && { type: 'log' }) },
  };
  const y = {
    ...{ field: 'value', type: 'quantitative', title: null, axis: { tickCount: 5 } },
    scale: { domain, nice: false, zero: false },
  };
  const lines = (dashed: boolean): Spec => ({
    transform: [{ filter: dashed ? 'datum.dashed' : '!datum.dashed' }],
    mark: {
      // Few points are marked on their line.
      ...{ type: 'line', strokeWidth: 2.2, clip: true, point: marked || new Set(xs).size < 4 },
      ...(dashed && { strokeDash: [6, 4] }),
    },
    encoding: { x, y, color: colour },
  });
  const layer: Spec[] = [
    {
      transform: [{ filter: 'isValid(datum.low)' }],
      mark: { type: 'area', opacity: 0.14, clip: true },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
    },
    lines(false),
    lines(true),
    {
      data: { values: rings.map(looks) },
      mark: { type: 'point', filled: false, size: 110, strokeWidth: 2.2, opacity: 1 },
      encoding: { x, y, color: colour },
    },
    ...(diagonal ? diagonalLayers(diagonal, [xLow, xHigh], domain, { x, y }) : []),
    ...(labelled ? [labelLayer(values, domain, xHigh, { x, y, colour })] : []),
  ];
  const widePx = widthPx.wide / of - 56 - (labelled ? labelsPx : 0);
  const panelPx = isWide ? widePx : widthPx.narrow - 60;
  return { title, width: panelPx, height: isWide ? heightPx : 200, data: { values }, layer };
}

function labelLayer(
  points: readonly LinePoint[],
  domain: readonly [number, number],
  xEnd: number,
  { x, y, colour }: { x: Spec; y: Spec; colour: Spec },
): Spec {
  const ends = points.filter((point) => point.x === xEnd);
  const pxPerUnit = heightPx / (domain[1] - domain[0]);
  const heights = spread(
    ends.map(({ value }) => value),
    labelGapPx / pxPerUnit,
    domain[0],
  );
  const values = ends.map((end, i) => ({ ...end, value: heights[i] }));
  return {
    data: { values },
    mark: { type: 'text', align: 'left', dx: 7, fontWeight: 600 },
    encoding: { x, y, text: { field: 'series' }, color: colour },
  };
}

function diagonalLayers(
  label: string,
  [xLow, xHigh]: readonly [number, number],
  domain: readonly [number, number],
  { x, y }: { x: Spec; y: Spec },
): Spec[] {
  const from = Math.max(xLow, domain[0]);
  const to = Math.min(xHigh, domain[1]);
  const at = from + 0.18 * (to - from);
  return [
    {
      data: { values: [from, to].map((value) => ({ x: value, value })) },
      mark: { type: 'line', strokeDash: [4, 4], strokeWidth: 1.2, color: ink.quiet },
      encoding: { x, y },
    },
    {
      data: { values: [{ x: at, value: at }] },
      mark: { type: 'text', text: label, color: ink.quiet, align: 'left', dx: 6, dy: 8 },
      encoding: { x, y },
    },
  ];
}

/**
 * Moves values apart until neighbours are at least a gap apart, half of it down and half of it up.
 *
 * @param least - no value is moved below it
 */
export function spread(values: readonly number[], gap: number, least: number): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const moved = [...values];
  const lift = (index: number | undefined, by: number) => {
    if (index !== undefined) moved[index] = Math.max(least, (moved[index] ?? 0) + by);
  };
  for (let pass = 0; pass < 100; pass++) {
    let crowded = false;
    for (let i = 1; i < order.length; i++) {
      const [below, above] = [order[i - 1] ?? 0, order[i] ?? 0];
      const lack = gap - ((moved[above] ?? 0) - (moved[below] ?? 0));
      if (lack < gap / 100) continue;
      crowded = true;
      lift(below, -lack / 2);
      lift(above, lack / 2);
    }
    if (!crowded) break;
  }
  return moved;
}
