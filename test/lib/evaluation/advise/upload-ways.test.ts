import { describe, expect, it } from 'vitest';
import { gainOfChoice, uploadWaysFigure } from '../../../../lib/evaluation/advise/upload-ways.ts';
import type { UploadRow } from '../../../../lib/evaluation/experiments/uploads-report.ts';
import { renderSvg } from '../../../../lib/evaluation/figures/render.ts';

/** What is right over two links, and KB over both. */
function row(upload: string, slow: number, fast: number, kilobytes: number): UploadRow {
  const bytes = 1_000 * kilobytes;
  return {
    ...{ upload, accuracyPct: (slow + fast) / 2, reliancePct: 0, meanBytes: bytes },
    ...{ byLink: { slow, fast }, bytesByLink: { slow: bytes / 2, fast: 1.5 * bytes } },
  };
}

const rows = [
  row('original', 40, 80, 100),
  row('view', 50, 80, 25),
  row('view-webp-50', 60, 72, 7),
  row('adaptive', 61, 79.5, 12),
];

describe('the gain of choosing for each picture', () => {
  it('is measured against the view, originals and the best of all ways alike', () => {
    expect(gainOfChoice(rows)).toMatchObject({
      ...{ accuracyPct: 70.25, meanBytes: 12_000, overViewPct: 5.25, overOriginalPct: 10.25 },
      ...{ bestAlike: 'view-webp-50', overBestAlikePct: 4.25 },
    });
  });

  it('is told for each link, also where another way is better', () => {
    expect(gainOfChoice(rows).byLink).toEqual([
      { link: 'slow', overViewPct: 11, bestAlike: 'view-webp-50', overBestAlikePct: 1 },
      { link: 'fast', overViewPct: -0.5, bestAlike: 'original', overBestAlikePct: -0.5 },
    ]);
  });

  it('is over what there is, in a ladder without view or original', () => {
    const gain = gainOfChoice(rows.slice(2));
    expect(gain.overViewPct).toBeUndefined();
    expect(gain.overOriginalPct).toBeUndefined();
    expect(gain.byLink.map(({ link }) => link)).toEqual(['fast', 'slow']);
  });

  it.each([
    ['no choice', rows.slice(0, 3)],
    ['nothing but the choice', rows.slice(3)],
  ])('is not to be had from %s', (_, some) => {
    expect(() => gainOfChoice(some)).toThrow(RangeError);
  });
});

it('is drawn: a line for each link and their mean, a ring for the choice', async () => {
  const svg = await renderSvg(uploadWaysFigure(rows)('wide'));
  for (const label of ['slow', 'fast', 'mean']) expect(svg).toContain(`>${label}<`);
  expect(svg).not.toMatch(/NaN|undefined/);
  // Over the slow link 6 KB were sent, and 61 % were right.
  expect(svg).toContain('KB sent, on average: 6; value: 61;');
});
