import { type FigureSeries, ink, type Spec, themeConfig, type Width, widthPx } from './theme.ts';

/**
 * Panels below a legend: side by side in a wide figure, one below the other in a narrow one.
 *
 * @param legend - series that the panels do not label themselves; may be empty
 * @param roomPx - width of the legend at most: it starts where the plot of the first panel does
 */
export function concat(
  panels: readonly Spec[],
  legend: readonly FigureSeries[],
  width: Width,
  roomPx: number = widthPx[width] - 40,
): Spec {
  const row = width === 'wide' ? { hconcat: panels } : { vconcat: panels };
  return {
    config: themeConfig,
    padding: 8,
    spacing: legend.length > 0 ? 14 : 30,
    ...(legend.length > 0
      ? { vconcat: [legendSpec(legend, roomPx), { ...row, spacing: 30 }] }
      : row),
  };
}

const rowPx = 20;
const symbolPx = 22;
/** Vega has no fonts here to measure with. */
const letterPx = 7;

/** Vega-Lite makes a legend per layer; these figures need one for several layers of the same colours. */
function legendSpec(series: readonly FigureSeries[], roomPx: number): Spec {
  const places = placesOf(series, roomPx);
  const rows = 1 + Math.max(...places.map(({ row }) => row));
  const values = series.map((one, i) => ({ ...one, ...places[i] }));
  const position = {
    x: { field: 'x', type: 'quantitative', axis: null, scale: null },
    y: { field: 'y', type: 'quantitative', axis: null, scale: null },
  };
  return {
    width: Math.max(...places.map(({ right }) => right)),
    height: rows * rowPx,
    data: { values },
    encoding: position,
    layer: [
      {
        mark: { type: 'point', shape: 'square', filled: true, opacity: 1, size: 110 },
        encoding: { color: { field: 'colour', type: 'nominal', scale: null } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 10, color: ink.text },
        encoding: { text: { field: 'label' } },
      },
    ],
  };
}

/** Entries from left to right, continued on the next row where there is no room. */
function placesOf(series: readonly FigureSeries[], roomPx: number) {
  let [left, row] = [0, 0];
  return series.map(({ label }) => {
    const needed = symbolPx + letterPx * label.length + 8;
    if (left > 0 && left + needed > roomPx) [left, row] = [0, row + 1];
    const place = { x: left + 6, y: row * rowPx + 6, row, right: left + needed };
    left += needed;
    return place;
  });
}

/**
 * Ends of an axis that has room for all values.
 *
 * @param step - both ends are multiples of it
 */
export function domainOf(values: readonly number[], step: number): readonly [number, number] {
  const low = step * Math.floor(Math.min(...values) / step);
  const high = step * Math.ceil(Math.max(...values) / step);
  return [low, high > low ? high : low + step];
}
