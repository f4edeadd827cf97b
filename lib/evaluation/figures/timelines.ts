import { concat } from './layout.ts';
import { type Figure, type FigureSeries, ink, type Spec, type Width, widthPx } from './theme.ts';

/** How one request spent its time, in ms. */
export interface TimelineRow {
  readonly inputMs: number;
  readonly serviceMs: number;
  readonly outputMs: number;
  /** Whether the answer came within the SLA. */
  readonly inTime: boolean;
}

/** A panel with a bar for each request. */
export interface TimelinePanel {
  readonly title: string;
  readonly rows: readonly TimelineRow[];
}

const network: FigureSeries = { label: 'network', colour: '#bcc7d3' };
const lateNetwork: FigureSeries = { label: 'network of a late answer', colour: '#e5867f' };
const inference: FigureSeries = { label: 'inference', colour: '#0b62b8' };

/** Requests as bars over time: upload, inference and download, with a line at the SLA. */
export function timelines(slaMs: number, panels: readonly TimelinePanel[]): Figure {
  const longest = Math.max(
    ...panels.flatMap(({ rows }) => rows.map((row) => row.inputMs + row.serviceMs + row.outputMs)),
  );
  return (width) =>
    concat(
      panels.map((panel) => panelSpec(panel, { slaMs, longest, width, of: panels.length })),
      [network, inference, lateNetwork],
      width,
    );
}

function panelSpec(
  { title, rows }: TimelinePanel,
  { slaMs, longest, width, of }: { slaMs: number; longest: number; width: Width; of: number },
): Spec {
  const values = rows.flatMap(({ inputMs, serviceMs, outputMs, inTime }, i) => {
    const ready = inputMs + serviceMs;
    const networkColour = inTime ? network.colour : lateNetwork.colour;
    return [
      { request: i + 1, from: 0, to: inputMs, colour: networkColour },
      { request: i + 1, from: inputMs, to: ready, colour: inference.colour },
      { request: i + 1, from: ready, to: ready + outputMs, colour: networkColour },
    ];
  });
  const x = {
    ...{ field: 'from', type: 'quantitative', title: 'ms', axis: { tickCount: 4 } },
    scale: { domain: [0, longest], nice: false },
  };
  return {
    title,
    width: width === 'wide' ? widthPx.wide / of - 42 : widthPx.narrow - 40,
    height: width === 'wide' ? 300 : 170,
    layer: [
      {
        data: { values },
        mark: { type: 'bar' },
        encoding: {
          y: { field: 'request', type: 'ordinal', axis: null, scale: { paddingInner: 0.25 } },
          x,
          x2: { field: 'to' },
          color: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: [{ from: slaMs }] },
        mark: { type: 'rule', strokeDash: [4, 4], strokeWidth: 1.4, color: ink.text },
        encoding: { x },
      },
    ],
  };
}
