import { describe, expect, it } from 'vitest';
import { defaultLinkScenario } from '../../../../lib/evaluation/experiments/links-report.ts';
import {
  countUploads,
  runUploads,
  uploadRowSchema,
  waysOf,
} from '../../../../lib/evaluation/experiments/uploads-report.ts';
import { madeUpLink } from '../engine/made-up-links.ts';

const ladder = {
  source: 'made up',
  rungs: [
    { name: 'view small', meanBytes: 10_000, stdBytes: 1_000, accuracyLossPct: 3 },
    { name: 'original', meanBytes: 100_000, stdBytes: 10_000, accuracyLossPct: 0 },
    { name: 'view good', meanBytes: 25_000, stdBytes: 1_000, accuracyLossPct: 0 },
  ],
};
const links = [madeUpLink(2), madeUpLink(9)];
const scenario = { ...defaultLinkScenario, requests: 60 };
const models = [
  { models: [{ name: 'one', accuracyPct: 80, meanMs: 30, stdMs: 3 }], slasMs: [150, 300] },
];

describe('ways to send pictures', () => {
  it('are the rungs by size, the best view by its own name, and a choice of those that can be best', () => {
    expect(waysOf(ladder).map(({ upload }) => upload)).toEqual([
      'original',
      'view',
      'view small',
      'adaptive',
    ]);
    expect(
      waysOf(ladder)
        .at(-1)
        ?.rungs.map(({ name }) => name),
    ).toEqual(['view small', 'view good']);
  });

  it('have means over links, models and SLAs', async () => {
    let simulations = 0;
    const rows = await runUploads(links, ladder, scenario, models, () => {
      simulations++;
    });
    expect(simulations).toBe(countUploads(links, ladder, models));
    expect(simulations).toBe(2 * 2 * 4);
    for (const row of rows) {
      expect(uploadRowSchema.parse(row)).toEqual(row);
      const byLink = Object.values(row.byLink);
      expect(Object.keys(row.byLink)).toEqual(['every 2 ms', 'every 9 ms']);
      const [two = 0, nine = 0] = Object.values(row.bytesByLink);
      expect(row.meanBytes).toBeCloseTo((two + nine) / 2);
      expect(row.accuracyPct).toBeCloseTo(byLink.reduce((sum, one) => sum + one, 0) / 2);
    }
    const of = (upload: string) => rows.find((row) => row.upload === upload)?.accuracyPct ?? 0;
    expect(of('adaptive')).toBeGreaterThan(of('original'));
    expect(of('adaptive')).toBeGreaterThan(of('view') - 0.6);
  });

  it('run with the authors’ models unless others are given', () => {
    expect(countUploads(links, ladder)).toBe(2 * 8 * 4);
  });
});
