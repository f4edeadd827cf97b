import { describe, expect, it } from 'vitest';
import { strategyNames } from '../../../../lib/core/selection/strategies.ts';
import {
  profileSets,
  withoutDeviceModel,
} from '../../../../lib/evaluation/engine/profiles/profile-sets.ts';
import { selectorNames } from '../../../../lib/evaluation/engine/selectors.ts';
import {
  countCells,
  defaultLinkScenario,
  linksReportSchema,
  runLinks,
  runOverLink,
} from '../../../../lib/evaluation/experiments/links-report.ts';
import { madeUpLink } from '../engine/made-up-links.ts';

const { models } = withoutDeviceModel(profileSets.p2);
const scenario = { ...defaultLinkScenario, requests: 300 };
const links = [madeUpLink(1), madeUpLink(4)];

describe('runOverLink', () => {
  it.each(strategyNames)('the oracle is a ceiling for %s', (strategy) => {
    for (const link of links) {
      const oracle = runOverLink(link, models, 300, 'oracle', scenario);
      const outcome = runOverLink(link, models, 300, strategy, scenario);
      expect(outcome.accuracyPct).toBeLessThanOrEqual(oracle.accuracyPct);
      expect(outcome.reliancePct).toBeGreaterThanOrEqual(oracle.reliancePct);
      expect(outcome.accuracyPct).toBeGreaterThanOrEqual(scenario.deviceAccuracyPct - 1e-9);
    }
  });

  it('is repeatable, and another with another seed', () => {
    const run = (seed: number) =>
      runOverLink(madeUpLink(2), models, 250, 'expected-accuracy', { ...scenario, seed });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('bears a wrong clock: what it adds to T_input it takes from the reported T_output', () => {
    const exact = { ...scenario, requests: 1_000, baseDelayMs: 60, clockErrorMs: 0 };
    const run = (clockOffsetMs: number) =>
      runOverLink(madeUpLink(2), models, 300, 'expected-accuracy', { ...exact, clockOffsetMs });
    expect(Math.abs(run(40).accuracyPct - run(0).accuracyPct)).toBeLessThan(0.5);
    expect(Math.abs(run(-40).accuracyPct - run(0).accuracyPct)).toBeLessThan(0.5);
  });

  it('relies on the device for everything when there is no time, and for nothing when there is plenty', () => {
    const none = runOverLink(madeUpLink(1), models, 10, 'three-stage', scenario);
    expect(none).toEqual({ accuracyPct: expect.closeTo(41.4, 9), reliancePct: 100 });
    const plenty = runOverLink(madeUpLink(1), models, 20_000, 'static-accuracy', scenario);
    expect(plenty).toEqual({ accuracyPct: expect.closeTo(82.6, 9), reliancePct: 0 });
  });

  it('expected-accuracy spends what the paper’s rule keeps for an answer as long as the upload', () => {
    const paper = runOverLink(madeUpLink(4), models, 400, 'three-stage', scenario);
    const ours = runOverLink(madeUpLink(4), models, 400, 'expected-accuracy', scenario);
    expect(ours.accuracyPct).toBeGreaterThan(paper.accuracyPct + 2);
  });
});

describe('runLinks', () => {
  it('has a cell for each profile, link, SLA and selector, and each one’s means', async () => {
    let cells = 0;
    const report = await runLinks(links, selectorNames, { ...scenario, requests: 20 }, () => {
      cells++;
    });
    expect(linksReportSchema.parse(report)).toEqual(report);
    expect(report.cells).toHaveLength(countCells(links, selectorNames));
    expect(cells).toBe(report.cells.length);
    const own = report.cells.filter(({ strategy }) => strategy === 'oracle');
    const mean = own.reduce((sum, { accuracyPct }) => sum + accuracyPct, 0) / own.length;
    expect(report.means.oracle?.accuracyPct).toBeCloseTo(mean, 9);
  });
});
