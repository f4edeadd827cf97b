import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Assumptions,
  defaultAssumptions,
} from '../../../../lib/evaluation/cost/assumptions.ts';
import { costReport, costReportSchema } from '../../../../lib/evaluation/cost/report.ts';
import type { Deployment } from '../../../../lib/evaluation/cost/usage.ts';

const place: Parameters<typeof costReport>[1] = { region: 'us-east-1', architecture: 'x86_64' };

/** Chosen so that every quantity is a round number. */
const assumptions: Assumptions = {
  selectorMemoryMb: 1024,
  selectorMs: 5,
  recordMs: 5,
  writeUnitsPerCall: 1,
  readUnitsPerProfile: 2.5,
  // A million requests a month are 2.628 s apart.
  refreshSeconds: 2.628,
  modelsPerPrepare: 1,
  startMs: 990,
  prepareMs: 10,
  uploadBytes: 50_000,
  answerBytes: 2 ** 30 / 1e5,
  logBytes: 2 ** 30 / 1e5,
  metrics: 6,
  metricsPerModel: 2,
  alarmMetrics: 7,
  dashboards: 1,
  tracesPerSecond: 1,
  tracedShare: 0.05,
};

// 94.5 ms, 5 more, and half a ms of rounding: billed 100 ms.
const good = { name: 'good', accuracyPct: 90, meanMs: 94.5, stdMs: 1, memoryMb: 1024 };
// Billed 20 ms at 2 GB.
const fast = { name: 'fast', accuracyPct: 60, meanMs: 14.5, stdMs: 1, memoryMb: 2048 };

const onlyGood: Deployment = {
  models: [good],
  mix: new Map([['good', 1]]),
  requestsPerMonth: 1e6,
  provisioned: { selector: 0, models: new Map() },
};

function itemsOf(deployment: Deployment, settings = assumptions, where = place) {
  const { items } = costReport(deployment, where, settings).estimate;
  return Object.fromEntries(items.map(({ item, usd }) => [item, usd]));
}

describe('costReport, worked by hand', () => {
  it('prices a million requests to one model', () => {
    const { estimate } = costReport(onlyGood, place, assumptions);
    const quantities = Object.fromEntries(estimate.items.map((i) => [i.item, i.quantity]));
    expect(quantities).toMatchObject({ 'Lambda calls': 2e6, 'Models running': 1e5 });
    const usd = itemsOf(onlyGood);
    expect(usd['Lambda calls']).toBeCloseTo(0.4);
    expect(usd['Models running']).toBeCloseTo(1.66667);
    expect(usd['Selector running and waiting']).toBeCloseTo(1.66667);
    expect(usd['HTTP API']).toBeCloseTo(1);
    expect(usd['Profile updates']).toBeCloseTo(0.625);
    // Every other request finds the profiles old: half a million reads of 2.5 units.
    expect(usd['Profile reads']).toBeCloseTo(0.15625);
    expect(usd.Logs).toBeCloseTo(5);
    expect(usd.Metrics).toBeCloseTo(2.4);
    expect(usd.Alarms).toBeCloseTo(0.7);
    expect(usd.Dashboard).toBeCloseTo(3);
    // 0.3805 requests a second meet 2,628,000 (1 - e^-0.3805) = 831,742 seconds; 5 % of the others.
    expect(quantities.Traces).toBeCloseTo(831_742 + 0.05 * 168_258, -1);
    expect(usd.Traces).toBeCloseTo(4.201);
    expect(usd['Data out']).toBeCloseTo(0.9);
    expect(usd['Provisioned concurrency']).toBeUndefined();
    expect(estimate.totalUsd).toBeCloseTo(21.71559, 3);
    expect(estimate.usdPerMillionRequests).toBeCloseTo(21.71559, 3);
  });

  it('splits the bill by model, the selector’s waiting included', () => {
    const mix = new Map([
      ['good', 0.25],
      ['fast', 0.75],
    ]);
    const { estimate } = costReport({ ...onlyGood, models: [fast, good], mix }, place, assumptions);
    expect(estimate.accuracyPct).toBeCloseTo(67.5);
    const [first, second] = estimate.models;
    // 750,000 calls of 20 ms at 2 GB: 30,000 GB-s. The selector has 1 GB: 15,000.
    expect(first).toMatchObject({ name: 'fast', share: 0.75, calls: 750_000 });
    expect(first!.functionUsd).toBeCloseTo(0.15 + 0.500001);
    expect(first!.selectorUsd).toBeCloseTo(0.2500005);
    // 250,000 calls of 100 ms at 1 GB: 25,000 GB-s, twice.
    expect(second!.functionUsd).toBeCloseTo(0.05 + 0.4166675);
    expect(second!.selectorUsd).toBeCloseTo(0.4166675);
  });

  it('charges what is kept ready for all of the month, and less while it runs', () => {
    const provisioned = { selector: 1, models: new Map([['good', 2]]) };
    const usd = itemsOf({ ...onlyGood, provisioned });
    // Three GB for 2,628,000 s.
    expect(usd['Provisioned concurrency']).toBeCloseTo(32.8503, 3);
    expect(usd['Models running']).toBeCloseTo(0.97222);
    expect(usd['Selector running and waiting']).toBeCloseTo(0.97222);
  });

  it('charges pictures that are announced: a call, and models that start', () => {
    const usd = itemsOf({ ...onlyGood, preparesPerRequest: 1 });
    // Two million calls more; 10 ms of the selector and 990 ms of the model, 1 GB each: a million GB-s.
    expect(usd['Preparing: calls, models starting']).toBeCloseTo(0.4 + 16.6667, 3);
    expect(usd['HTTP API']).toBeCloseTo(2);
    expect(itemsOf(onlyGood)['Preparing: calls, models starting']).toBeUndefined();
  });

  it('has the prices of arm64', () => {
    const usd = itemsOf(onlyGood, assumptions, { ...place, architecture: 'arm64' });
    expect(usd['Models running']).toBeCloseTo(1.33334);
  });

  it('counts large uploads several times, and gets cheaper over 300 million', () => {
    const large = { ...assumptions, uploadBytes: 512 * 1024 + 1 };
    expect(itemsOf(onlyGood, large)['HTTP API']).toBeCloseTo(2);
    expect(itemsOf({ ...onlyGood, requestsPerMonth: 4e8 })['HTTP API']).toBeCloseTo(390);
  });

  it('shares Lambda’s tiers among all functions', () => {
    // 40,000 million calls: 4e9 GB-s each of model and selector, 8e9 together.
    const { models } = costReport(
      { ...onlyGood, requestsPerMonth: 4e10 },
      place,
      assumptions,
    ).estimate;
    const together = 6e9 * 0.0000166667 + 2e9 * 0.000015;
    expect(models[0]!.selectorUsd).toBeCloseTo(together / 2, 3);
  });

  it('compares with the most accurate model alone', () => {
    const mix = new Map([
      ['good', 0],
      ['fast', 1],
    ]);
    const provisioned = { selector: 0, models: new Map([['fast', 3]]) };
    const deployment = { ...onlyGood, models: [fast, good], mix, provisioned };
    const report = costReport(deployment, place, assumptions);
    expect(report.mostAccurate).toEqual(costReport(onlyGood, place, assumptions).estimate);
    const share = report.estimate.totalUsd / report.mostAccurate.totalUsd;
    expect(report.savingPct).toBeCloseTo(100 * (1 - share));
  });
});

/** Three items of every deployment, and one of those that keep something ready. */
function isLambda({ item }: { item: string }): boolean {
  return /Lambda|running|Provisioned/.test(item);
}

describe('costReport', () => {
  const deployments = fc.record({
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    requestsPerMonth: fc.integer({ min: 1, max: 1e12 }),
    selector: fc.nat(100),
    kept: fc.nat(100),
  });

  it('adds up, item by item and model by model', () => {
    fc.assert(
      fc.property(deployments, ({ share, requestsPerMonth, selector, kept }) => {
        const mix = new Map([
          ['good', share],
          ['fast', 1 - share],
        ]);
        const provisioned = { selector, models: new Map([['good', kept]]) };
        const deployment = { models: [good, fast], mix, requestsPerMonth, provisioned };
        const report = costReport(deployment, place, defaultAssumptions);
        costReportSchema.parse(report);
        const { items, models, totalUsd } = report.estimate;
        const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
        expect(sum(items.map(({ usd }) => usd))).toBeCloseTo(totalUsd);
        const lambda = sum(items.filter(isLambda).map(({ usd }) => usd));
        const keptSelector = selector * (1769 / 1024) * 2_628_000 * 0.0000041667;
        const selectorCalls = requestsPerMonth * 0.2e-6;
        const byModel = sum(models.map((m) => m.functionUsd + m.selectorUsd));
        const apart = byModel + keptSelector + selectorCalls;
        expect((apart - lambda) / (lambda + 1)).toBeCloseTo(0, 9);
      }),
    );
  });

  it('never costs less for more requests', () => {
    const amount = fc.integer({ min: 1, max: 1e12 });
    const cost = (requestsPerMonth: number) =>
      costReport({ ...onlyGood, requestsPerMonth }, place, defaultAssumptions).estimate.totalUsd;
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(cost(a + b)).toBeGreaterThanOrEqual(cost(a) * (1 - 1e-12));
      }),
    );
  });
});
