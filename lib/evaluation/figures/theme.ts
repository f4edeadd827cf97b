import type { SelectorName } from '../engine/selectors.ts';

/** A Vega-Lite specification; Vega-Lite's own type is too wide to check anything. */
export type Spec = Readonly<Record<string, unknown>>;

/** The width of a figure: for slides and wide screens, or for a phone. */
export type Width = 'wide' | 'narrow';

/** A figure that can be drawn for both widths. */
export type Figure = (width: Width) => Spec;

/** Total width of a figure in pixels. */
export const widthPx: Readonly<Record<Width, number>> = { wide: 960, narrow: 350 };

/** One line, bar or dot of a figure. */
export interface FigureSeries {
  readonly label: string;
  readonly colour: string;
  /** For a line that often coincides with another. */
  readonly dashed?: boolean;
}

/** Colours of text, of secondary text, of lines and of late answers. */
export const ink = {
  text: '#24292f',
  quiet: '#6e7781',
  faint: '#d8dee4',
  late: '#d1352b',
} as const;

/** Every selector's name and colour, the same in all figures. */
export const selectorSeries: Readonly<Record<SelectorName, FigureSeries>> = {
  'three-stage': { label: 'MDInference as deployed', colour: '#0b62b8', dashed: true },
  'three-stage-as-printed': { label: 'MDInference', colour: '#0b62b8' },
  'expected-accuracy': { label: 'expected accuracy', colour: '#0d8f72' },
  'static-latency': { label: 'static latency', colour: '#d9a021', dashed: true },
  'static-accuracy': { label: 'static accuracy', colour: '#bd4f3c' },
  'static-greedy': { label: 'static greedy', colour: '#d9722e' },
  'pure-random': { label: 'pure random', colour: '#8c959f' },
  'related-random': { label: 'related random', colour: '#b0719f' },
  'related-accurate': { label: 'related accurate', colour: '#7a5cc0' },
  'stage-one': { label: 'stage one alone', colour: '#4fa3dd', dashed: true },
  oracle: { label: 'oracle', colour: '#24292f' },
};

/** Ten colours from pale to dark. */
const ramp = [
  ...['#f5e9a8', '#d3e6a5', '#a5d8a6', '#76c8ac', '#4db3b4'],
  ...['#3399b7', '#2b7db2', '#2a61a3', '#2a458b', '#25296b'],
];

/** A colour for each of `count` models, from the fastest to the slowest. */
export function modelColours(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const step = count === 1 ? 0 : (i * (ramp.length - 1)) / (count - 1);
    return ramp[Math.round(step)] ?? ink.quiet;
  });
}

/** A text colour, dark or white, that is legible on a colour of the ramp. */
export function inkOn(colour: string): string {
  return ramp.indexOf(colour) >= 5 ? '#ffffff' : ink.text;
}

/** Fonts, grid and axes of all figures. */
export const themeConfig: Spec = {
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  background: '#ffffff',
  view: { stroke: null },
  axis: {
    labelColor: ink.quiet,
    titleColor: ink.text,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    gridColor: ink.faint,
    gridWidth: 0.6,
    domainColor: ink.faint,
    tickColor: ink.faint,
    labelFlush: false,
  },
  title: { anchor: 'start', fontSize: 13, fontWeight: 600, color: ink.text, offset: 10 },
  legend: { disable: true },
  text: { fontSize: 12, color: ink.text },
};
