import { originalRung } from '../../core/upload/rung.ts';
import type { UploadRow } from '../experiments/uploads-report.ts';
import { linePanels } from '../figures/line-panels.ts';
import { type Figure, ink, modelColours } from '../figures/theme.ts';

/** What the choice for every picture gains over one link, in points of accuracy. */
export interface LinkGain {
  readonly link: string;
  /** Absent when the ladder has no view. */
  readonly overViewPct?: number | undefined;
  /** The best way to send all pictures alike. */
  readonly bestAlike: string;
  readonly overBestAlikePct: number;
}

/** What the choice for every picture gains, in points of accuracy. */
export interface UploadGain extends Omit<LinkGain, 'link'> {
  readonly accuracyPct: number;
  /** Mean size of what is sent. */
  readonly meanBytes: number;
  /** Absent when the ladder has no original. */
  readonly overOriginalPct?: number | undefined;
  /** Of each link, where it gains most first. */
  readonly byLink: readonly LinkGain[];
}

/**
 * Compares the choice for every picture with sending all of them alike.
 *
 * @param rows - of all ways, as `runUploads` returns them
 * @throws RangeError when there is no choice among them, or nothing else
 */
export function gainOfChoice(rows: readonly UploadRow[]): UploadGain {
  const chosen = rows.find(({ upload }) => upload === 'adaptive');
  const alike = rows.filter((row) => row !== chosen);
  if (!chosen || alike.length === 0) throw new RangeError('there is nothing to compare');
  const compare = (accuracyOf: (row: UploadRow) => number) => {
    const over = (row: UploadRow | undefined) => row && accuracyOf(chosen) - accuracyOf(row);
    const best = alike.reduce((a, b) => (accuracyOf(b) > accuracyOf(a) ? b : a));
    return {
      overViewPct: over(alike.find(({ upload }) => upload === 'view')),
      overOriginalPct: over(alike.find(({ upload }) => upload === originalRung)),
      bestAlike: best.upload,
      overBestAlikePct: accuracyOf(chosen) - accuracyOf(best),
    };
  };
  const byLink = Object.keys(chosen.byLink).map((link) => {
    const { overOriginalPct, ...gain } = compare(({ byLink: own }) => own[link] ?? Number.NaN);
    return { link, ...gain };
  });
  const gained = ({ overViewPct, overBestAlikePct }: LinkGain) => overViewPct ?? overBestAlikePct;
  return {
    ...{ accuracyPct: chosen.accuracyPct, meanBytes: chosen.meanBytes },
    ...compare(({ accuracyPct }) => accuracyPct),
    byLink: byLink.toSorted((a, b) => gained(b) - gained(a)),
  };
}

/** Accuracy against bytes over each link: lines of all pictures sent alike, rings of the choice for each. */
export function uploadWaysFigure(rows: readonly UploadRow[]): Figure {
  const links = Object.keys(rows[0]?.byLink ?? {});
  // The palest colours are for areas: lines of them are hard to see.
  const colours = modelColours(links.length + 2).slice(2);
  const mean = { label: 'mean', colour: ink.text };
  const points = (of: readonly UploadRow[], isChoice: boolean) =>
    of.flatMap(({ meanBytes, accuracyPct, byLink, bytesByLink }) => [
      ...links.map((series) => ({
        // What all pictures are sent as has one size, whatever the link.
        ...{ series, x: ((isChoice ? bytesByLink[series] : undefined) ?? meanBytes) / 1000 },
        value: byLink[series] ?? Number.NaN,
      })),
      ...(links.length > 1
        ? [{ series: mean.label, x: meanBytes / 1000, value: accuracyPct }]
        : []),
    ]);
  return linePanels(
    'KB sent, on average',
    [...links.map((label, i) => ({ label, colour: colours[i] ?? '' })), mean],
    [
      {
        title: 'Right, %: lines of all pictures sent alike, rings of the choice for each picture',
        points: points(
          rows.filter(({ upload }) => upload !== 'adaptive'),
          false,
        ),
        rings: points(
          rows.filter(({ upload }) => upload === 'adaptive'),
          true,
        ),
        step: 10,
      },
    ],
    { logarithmic: true, marked: true },
  );
}
