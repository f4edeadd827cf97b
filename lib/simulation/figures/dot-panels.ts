import { concat } from './concat.ts';
import { type Figure, ink, type Series, type Spec, type Width, widthPx } from './theme.ts';

/** A dot in a row. */
export interface Dot {
  readonly row: string;
  readonly series: string;
  readonly value: number;
  /** A ring: what somebody else has found. */
  readonly hollow?: boolean;
}

/** A panel with a row for each condition. */
export interface DotPanel {
  readonly title: string;
  readonly dots: readonly Dot[];
  /** Of the horizontal axis. */
  readonly domain: readonly [number, number];
}

/** Rows with a dot for each series, and a line from the lowest to the highest. */
export function dotPanels(series: readonly Series[], panels: readonly DotPanel[]): Figure {
  return (width) =>
    concat(
      panels.map((panel, i) => panelSpec(series, panel, { width, of: panels.length, i })),
      width,
    );
}

function panelSpec(
  series: readonly Series[],
  { title, dots, domain }: DotPanel,
  { width, of, i }: { width: Width; of: number; i: number },
): Spec {
  const rows = [...new Set(dots.map(({ row }) => row))];
  // Beside another panel with the same rows their names need not be said again.
  const named = width === 'narrow' || i === 0;
  const namesPx = width === 'wide' ? 240 : 128;
  const panelPx =
    width === 'wide' ? (widthPx.wide - namesPx) / of - 40 : widthPx.narrow - namesPx - 20;
  const y = {
    ...{ field: 'row', type: 'nominal', sort: rows, title: null },
    axis: named
      ? { labelLimit: namesPx, domain: false, ticks: false, labelColor: ink.text, labelPadding: 8 }
      : null,
  };
  const x = {
    ...{ field: 'value', type: 'quantitative', title: null, axis: { tickCount: 5 } },
    scale: { domain, nice: false, zero: false },
  };
  const scale = {
    domain: series.map(({ label }) => label),
    range: series.map(({ colour }) => colour),
  };
  const legend = i > 0 ? null : { orient: 'top', direction: 'horizontal', offset: 6, columns: 3 };
  const colour = { field: 'series', type: 'nominal', scale, legend };
  return {
    title,
    width: panelPx,
    height: { step: 26 },
    data: { values: dots },
    encoding: { y },
    layer: [
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
        transform: [{ filter: '!datum.hollow' }],
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { x, color: colour },
      },
    ],
  };
}
