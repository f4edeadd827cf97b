import { concat, domainOf } from './layout.ts';
import { type Figure, type FigureSeries, ink, type Spec, type Width, widthPx } from './theme.ts';

/** A dot in a row. */
export interface Dot {
  readonly row: string;
  readonly series: string;
  readonly value: number;
  /** Drawn as a ring, in which a dot with the same value can be seen. */
  readonly hollow?: boolean;
  /** Drawn small, so that a dot with the same value can be seen around it. */
  readonly small?: boolean;
}

/** A panel with a row of dots for each condition. */
export interface DotPanel {
  readonly title: string;
  readonly dots: readonly Dot[];
  /** The horizontal axis ends at multiples of it. */
  readonly step: number;
}

/** Mean width of a letter, since Vega has no fonts to measure here. */
const letterPx = 6.6;

/** Rows with a dot for each series and a line from the lowest to the highest. */
export function dotPanels(series: readonly FigureSeries[], panels: readonly DotPanel[]): Figure {
  return (width) => {
    const namesPx = Math.max(...panels.map(({ dots }) => namesWidth(dots, width)));
    const place = { width, namesPx, of: panels.length };
    return concat(
      panels.map((panel, i) => panelSpec(series, panel, { ...place, i })),
      series,
      width,
      widthPx[width] - namesPx - 40,
    );
  };
}

/** Width of the names of the rows, where there is room for them beside the rows. */
function namesWidth(dots: readonly Dot[], width: Width): number {
  const longest = Math.max(...dots.map(({ row }) => row.length));
  return width === 'wide' ? Math.min(330, longest * letterPx + 14) : 0;
}

function panelSpec(
  series: readonly FigureSeries[],
  { title, dots, step }: DotPanel,
  { width, namesPx, of, i }: { width: Width; namesPx: number; of: number; i: number },
): Spec {
  const domain = domainOf(
    dots.map(({ value }) => value),
    step,
  );
  const rows = [...new Set(dots.map(({ row }) => row))];
  const wide = width === 'wide';
  const panelPx = wide ? (widthPx.wide - namesPx) / of - 40 : widthPx.narrow - 40;
  // Only the first panel names the rows, which are the same in all of them.
  const beside = {
    ...{ labelLimit: 0, labelColor: ink.text, labelPadding: 8, domain: false, ticks: false },
    ...{ minExtent: namesPx, maxExtent: namesPx },
  };
  const y = {
    ...{ field: 'row', type: 'nominal', sort: rows, title: null },
    axis: wide && i === 0 ? beside : null,
  };
  const x = {
    ...{ field: 'value', type: 'quantitative', title: null, axis: { tickCount: 5 } },
    scale: { domain, nice: false, zero: false },
  };
  const values = dots.map((dot) => ({
    ...dot,
    colour: series.find(({ label }) => label === dot.series)?.colour,
  }));
  const colour = { field: 'colour', type: 'nominal', scale: null };
  return {
    title,
    width: panelPx,
    height: { step: wide ? 26 : 40 },
    data: { values },
    encoding: { y },
    layer: [
      ...(wide ? [] : [namesAbove(rows, domain, x)]),
      {
        mark: { type: 'rule', strokeWidth: 1.5, color: ink.faint },
        encoding: {
          x: { ...x, aggregate: 'min' },
          x2: { field: 'value', aggregate: 'max' },
        },
      },
      {
        transform: [{ filter: 'datum.hollow' }],
        mark: { type: 'point', filled: false, size: 130, strokeWidth: 1.6 },
        encoding: { x, color: colour },
      },
      {
        transform: [{ filter: '!datum.hollow && !datum.small' }],
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { x, color: colour },
      },
      {
        transform: [{ filter: 'datum.small' }],
        mark: {
          type: 'point',
          filled: true,
          size: 36,
          opacity: 1,
          stroke: '#fff',
          strokeWidth: 0.6,
        },
        encoding: { x, fill: colour },
      },
    ],
  };
}

/** The names of the rows, above them where there is no room beside them. */
function namesAbove(rows: readonly string[], domain: readonly [number, number], x: Spec): Spec {
  return {
    data: { values: rows.map((row) => ({ row, value: domain[0] })) },
    mark: { type: 'text', align: 'left', dy: -14, color: ink.text },
    encoding: { x, text: { field: 'row' } },
  };
}
