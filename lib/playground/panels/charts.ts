import uPlot from 'uplot';
import type { ClientStatistics } from '../../client/index.ts';
import {
  cloudInTimePct,
  correctPct,
  type History,
  mean,
  meanOver,
  type Series,
} from '../results/history.ts';
import { byId, make } from './dom.ts';

/** A curve of a chart. */
interface Curve {
  readonly name: string;
  /** The custom property that holds its colour. */
  readonly colour: string;
  readonly dash?: number[];
  readonly values: (series: Series) => (number | null)[];
}

/** Accuracy and SLA attainment, request by request. */
export class ChartsPanel {
  readonly #history: History;
  readonly #tiles = byId('tiles', HTMLElement);
  readonly #charts: Chart[];

  /** @param deviceAccuracyPct - undefined when there is no model on the device */
  constructor(history: History, deviceAccuracyPct: number | undefined) {
    this.#history = history;
    const inTime: Curve[] = [
      {
        name: 'cloud alone',
        colour: '--cloud',
        dash: [5, 4],
        values: (series) => series.cloudInTimePct,
      },
      { name: 'answers', colour: '--good', values: (series) => series.inTimePct },
    ];
    const accuracy: Curve[] = [
      {
        name: 'device alone',
        colour: '--device',
        dash: [5, 4],
        values: ({ number }) => number.map(() => deviceAccuracyPct ?? null),
      },
      { name: 'really right', colour: '--muted', values: (series) => series.correctPct },
      { name: 'models’ accuracy', colour: '--accent', values: (series) => series.accuracyPct },
    ];
    this.#charts = [
      new Chart(`Answered within the SLA, % of the last ${meanOver}`, inTime),
      new Chart(
        `Accuracy, % of the last ${meanOver}`,
        deviceAccuracyPct === undefined ? accuracy.slice(1) : accuracy,
      ),
    ];
    byId('plots', HTMLElement).replaceChildren(...this.#charts.map(({ root }) => root));
    // The curves' colours are those of the theme.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      for (const chart of this.#charts) chart.recolour();
      this.draw();
    });
    this.draw();
  }

  /** Does something when the user wants to start over. */
  onReset(reset: () => void): void {
    byId('reset', HTMLButtonElement).addEventListener('click', reset);
  }

  /** Draws what has happened so far. */
  draw(statistics?: ClientStatistics): void {
    const { outcomes } = this.#history;
    const share = (of: (outcome: (typeof outcomes)[number]) => boolean) =>
      percent(mean(outcomes.map((outcome) => (of(outcome) ? 100 : 0))));
    const tiles = [
      ['requests', String(outcomes.length)],
      ['in time', share(({ inTime }) => inTime)],
      ['cloud alone in time', percent(cloudInTimePct(outcomes))],
      ['models’ accuracy', percent(mean(outcomes.map(({ accuracyPct }) => accuracyPct)))],
      ['really right', percent(correctPct(outcomes))],
      ['device runs saved', String(statistics?.deviceRunsSaved ?? 0)],
      [
        'uploads saved',
        String(outcomes.filter(({ cloudInTime }) => cloudInTime === undefined).length),
      ],
      ['longest timer error', `${(statistics?.longestTimerErrorMs ?? 0).toFixed(1)} ms`],
    ];
    this.#tiles.replaceChildren(
      ...tiles.map(([name = '', value = '']) =>
        make('div', {}, make('dt', {}, name), make('dd', {}, value)),
      ),
    );
    const series = this.#history.series();
    for (const chart of this.#charts) chart.draw(series);
  }
}

/** One chart, as wide as its place. */
class Chart {
  readonly root: HTMLElement;
  readonly #curves: readonly Curve[];
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;

  constructor(title: string, curves: readonly Curve[]) {
    this.#curves = curves;
    this.#place = make('div', { class: 'plot-place', role: 'img', 'aria-label': title });
    const legend = make(
      'ul',
      { class: 'legend' },
      ...curves.map(({ name, colour, dash }) =>
        make('li', { class: `${colour.slice(2)}${dash ? ' dashed' : ''}` }, name),
      ),
    );
    const caption = make('figcaption', {}, make('b', {}, title), legend);
    this.root = make('figure', { class: 'chart' }, caption, this.#place);
    new ResizeObserver(() => this.#resize()).observe(this.#place);
  }

  draw(series: Series): void {
    const data: uPlot.AlignedData = [
      series.number,
      ...this.#curves.map(({ values }) => values(series)),
    ];
    this.#plot ??= this.#make(data);
    this.#plot.setData(data);
    const last = this.#curves.map(({ name, values }) => {
      const value = values(series).at(-1);
      return `${name} ${percent(value ?? undefined)}`;
    });
    this.#place.setAttribute('aria-label', `Mean of ${meanOver} requests: ${last.join(', ')}`);
  }

  recolour(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #make(data: uPlot.AlignedData): uPlot {
    const colour = (property: string) => {
      // A canvas knows neither custom properties nor `light-dark`: only a computed colour will do.
      this.#place.style.color = `var(${property})`;
      return getComputedStyle(this.#place).color;
    };
    const axis = {
      stroke: colour('--muted'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    return new uPlot(
      {
        width: Math.max(100, this.#place.clientWidth),
        height: 160,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: (_, min, max) => [min, Math.max(max, min + 20)] },
          y: { range: [0, 104] },
        },
        axes: [
          { ...axis, size: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
          { ...axis, size: 36, splits: () => [0, 25, 50, 75, 100] },
        ],
        series: [
          {},
          ...this.#curves.map(({ name, colour: property, dash }) => ({
            label: name,
            stroke: colour(property),
            width: 2,
            // Fewer than two make no line.
            points: { show: (plot: uPlot) => plot.data[0].length < 2 },
            ...(dash && { dash }),
          })),
        ],
      },
      data,
      this.#place,
    );
  }

  #resize(): void {
    const width = this.#place.clientWidth;
    if (this.#plot && width > 0) this.#plot.setSize({ width, height: 160 });
  }
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${value.toFixed(1)} %`;
}
