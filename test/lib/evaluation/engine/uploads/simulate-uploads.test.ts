import { describe, expect, it } from 'vitest';
import { modelsOfCatalogue } from '../../../../../lib/evaluation/cost/models.ts';
import { defaultLinkConditions } from '../../../../../lib/evaluation/engine/network/networks.ts';
import { Trace } from '../../../../../lib/evaluation/engine/network/trace.ts';
import { readLadder } from '../../../../../lib/evaluation/engine/uploads/ladder.ts';
import {
  simulateUploads,
  type UploadSimulation,
} from '../../../../../lib/evaluation/engine/uploads/simulate-uploads.ts';
import { readCatalogue } from '../../../../../lib/service/catalogue/load.ts';
import { madeUpLink } from '../made-up-links.ts';

const models = [
  { name: 'small', accuracyPct: 60, meanMs: 5, stdMs: 1 },
  { name: 'big', accuracyPct: 80, meanMs: 40, stdMs: 4 },
];
const original = rung('original', 100_000, 0);
const view = rung('view', 25_000, 0);
const small = rung('view webp q80', 11_000, 3);

/** A link without a break: four packets a ms. */
const up = new Trace(Float64Array.from({ length: 4_000 }, (_, i) => 1 + Math.floor(i / 4)));
const steadyLink = { name: 'steady', up, down: up };

/** Sixteen packets a ms: 190 Mbit/s. */
const quick = new Trace(Float64Array.from({ length: 16_000 }, (_, i) => 1 + Math.floor(i / 16)));
const fastLink = { name: 'fast', up: quick, down: quick };

function rung(name: string, meanBytes: number, accuracyLossPct: number) {
  return { name, meanBytes, stdBytes: 0.3 * meanBytes, accuracyLossPct };
}

function run(changes: Partial<UploadSimulation>) {
  return simulateUploads({
    link: madeUpLink(4),
    conditions: defaultLinkConditions,
    models,
    rungs: [original, view, small],
    slaMs: 250,
    requests: 400,
    seed: 1,
    deviceAccuracyPct: 41,
    clockErrorMs: 5,
    ...changes,
  });
}

describe('a phone that sends pictures over a link', () => {
  it('is repeatable, and another with another seed', () => {
    expect(run({})).toEqual(run({}));
    expect(run({})).not.toEqual(run({ seed: 2 }));
  });

  it.each([1, 4, 12, 40])(
    'chooses what is as good as the best rung: a packet every %i ms',
    (ms) => {
      for (const slaMs of [150, 300, 900]) {
        const link = madeUpLink(ms);
        const alone = [original, view, small].map(
          (only) => run({ link, slaMs, rungs: [only], requests: 1_500 }).accuracyPct,
        );
        const { accuracyPct } = run({ link, slaMs, requests: 1_500 });
        expect(accuracyPct).toBeGreaterThan(Math.max(...alone) - 2);
      }
    },
  );

  it('sends all that there is where nothing has to be saved, and less where there is little time', () => {
    expect(run({ link: madeUpLink(1), slaMs: 2_000 }).sharePct[1]).toBeGreaterThan(90);
    expect(run({ link: madeUpLink(8), slaMs: 200 }).sharePct[2]).toBeGreaterThan(70);
  });

  it('loses nothing over a fast network', () => {
    const [link, slaMs] = [steadyLink, 300];
    const whole = run({ link, slaMs, rungs: [original] });
    expect(Math.abs(run({ link, slaMs }).accuracyPct - whole.accuracyPct)).toBeLessThan(0.2);
  });

  it.each([100, 150, 250, 500])(
    'nor with the catalogue shapes and its rungs: SLA %i ms',
    (slaMs) => {
      const { rungs } = readLadder('models/shapes/catalogue.json');
      const shapes = modelsOfCatalogue(readCatalogue('models/shapes'), 5);
      const common = { link: fastLink, slaMs, models: shapes };
      const whole = run({ ...common, rungs: rungs.slice(0, 1), requests: 300 });
      const { accuracyPct } = run({ ...common, rungs, requests: 300 });
      expect(whole.reliancePct).toBe(0);
      expect(Math.abs(accuracyPct - whole.accuracyPct)).toBeLessThan(0.2);
    },
  );

  it('counts what a rung loses, and relies on the device for what is late', () => {
    const link = steadyLink;
    expect(run({ link, rungs: [view] }).accuracyPct).toBeCloseTo(80, 0);
    expect(run({ link, rungs: [small] }).accuracyPct).toBeCloseTo(77, 0);
    expect(run({ slaMs: 20 })).toMatchObject({ reliancePct: 100, accuracyPct: expect.closeTo(41) });
  });

  it('bears a wrong clock', () => {
    const conditions = { ...defaultLinkConditions, clockOffsetMs: 30 };
    expect(Math.abs(run({ conditions }).accuracyPct - run({}).accuracyPct)).toBeLessThan(4);
  });

  it('tells how much was sent', () => {
    const { meanBytes, sharePct } = run({ rungs: [view] });
    expect(meanBytes).toBeGreaterThan(23_000);
    expect(meanBytes).toBeLessThan(27_000);
    expect(sharePct).toEqual([100]);
  });
});
