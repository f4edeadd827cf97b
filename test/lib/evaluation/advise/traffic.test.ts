import { describe, expect, it } from 'vitest';
import { NoCandidateError } from '../../../../lib/core/selection/types.ts';
import { adviseTraffic, type TrafficQuestion } from '../../../../lib/evaluation/advise/traffic.ts';
import { trafficFigure } from '../../../../lib/evaluation/advise/traffic-figure.ts';
import { renderSvg } from '../../../../lib/evaluation/figures/render.ts';
import { modelsOfTraffic } from '../../../../lib/evaluation/traffic/models.ts';
import { trafficOf } from '../../../../lib/evaluation/traffic/traffic.ts';
import { requestLine, steadyTraffic } from '../traffic/made-up-traffic.ts';

const requests = steadyTraffic(400);
const traffic = trafficOf(requests, { name: 'log', order: 'time', seed: 1 });
const models = modelsOfTraffic(requests);
const question: TrafficQuestion = {
  models,
  onDevice: [
    { name: 'tiny', accuracyPct: 40, meanMs: 20, stdMs: 1 },
    { name: 'small', accuracyPct: 70, meanMs: 60, stdMs: 1 },
    { name: 'late', accuracyPct: 70, meanMs: 180, stdMs: 1 },
  ],
  strategy: 'three-stage',
  strategies: ['three-stage', 'static-latency', 'static-accuracy', 'oracle'],
  deviceAccuracyPct: 40,
  slaFactors: [0.5, 1, 2],
  withinPct: 1,
  requests: 400,
  seed: 1,
  // A dollar for each percent of the requests that the good model answers.
  usdPerMonth: (shares) => 100 * (shares.get('good') ?? 0),
};
const advice = await adviseTraffic(traffic, question);
const option = (what: string) =>
  [...advice.strategies.options, ...advice.subsets.options, ...advice.slas.options].find(
    (it) => it.what === what,
  );

describe('advice for traffic', () => {
  it('begins with what was logged', () => {
    // Two of them a second each, of which the short ones are in time by the quick model.
    expect(advice.logged.usagePct.get('good')).toBe(75);
    expect(advice.logged.usdPerMonth).toBe(75);
    expect(advice.logged.accuracyPct).toBeCloseTo(0.75 * 80 + 0.25 * 60, 9);
  });

  it('simulates the deployed strategy close to what was logged of it', () => {
    const { accuracyPct = 0, inTimePct = 0 } = option('three-stage') ?? {};
    expect(accuracyPct).toBeCloseTo(advice.logged.accuracyPct, 0);
    expect(inTimePct).toBeCloseTo(advice.logged.inTimePct, 0);
  });

  it('compares strategies, each with its cost, and does not advise the oracle', () => {
    const { options, best, advised } = advice.strategies;
    expect(options.map(({ what }) => what)).toEqual(question.strategies);
    expect(option('static-latency')).toMatchObject({ usdPerMonth: 0 });
    expect(option('static-accuracy')?.usdPerMonth).toBeCloseTo(100, 9);
    expect(best.what).not.toBe('oracle');
    expect(advised.accuracyPct).toBeGreaterThanOrEqual(best.accuracyPct - 1);
  });

  it('advises the fewest models, the shortest SLAs and the fastest on the device that are good enough', async () => {
    const generous = await adviseTraffic(traffic, { ...question, withinPct: 100 });
    expect(generous.strategies.advised.usdPerMonth).toBe(0);
    expect(generous.subsets.advised.models).toHaveLength(1);
    expect(generous.slas.advised.factor).toBe(0.5);
    expect(generous.devices.advised.model.name).toBe('tiny');
    const strict = await adviseTraffic(traffic, { ...question, withinPct: 0 });
    expect(strict.subsets.advised.models.toSorted()).toEqual(['good', 'quick']);
    expect(strict.slas.advised.accuracyPct).toBe(strict.slas.best.accuracyPct);
    expect(strict.devices.advised).toBe(strict.devices.best);
  });

  it('multiplies the SLA of each request', () => {
    expect(option('SLA × 1')).toMatchObject({ accuracyPct: option('three-stage')?.accuracyPct });
    // Twice 120 ms is enough for the good model, too.
    expect(option('SLA × 2')?.usagePct.get('good')).toBe(100);
    expect(option('SLA × 0.5')?.usagePct.get('good')).toBeLessThan(75);
  });

  it('holds what a device carries to the SLA of each request', () => {
    const { carried } = advice.devices;
    expect(carried.map(({ model }) => model.name)).toEqual(['tiny', 'small', 'late']);
    // Within 120 ms only the faster of the two has an answer, which is better than the quick model's.
    expect(carried[1]?.accuracyPct).toBeCloseTo(0.75 * 80 + 0.25 * 70, 9);
    expect(carried[2]?.accuracyPct).toBeCloseTo(0.75 * 80 + 0.25 * 60, 9);
  });

  it('takes a request that nobody answered for one that is late', async () => {
    const failed = requestLine({
      ...{ epochMs: (requests.at(-1)?.epochMs ?? 0) + 1, model: undefined, serviceMs: undefined },
      ...{ accuracyPct: undefined, inTime: false },
    });
    const more = trafficOf([...requests, ...Array<typeof failed>(100).fill(failed)], {
      ...{ name: 'log', order: 'time', seed: 1 },
    });
    const { logged } = await adviseTraffic(more, { ...question, slaFactors: [1] });
    expect(logged.inTimePct).toBeCloseTo(0.8 * advice.logged.inTimePct, 9);
    expect(logged.usagePct.get('good')).toBe(75);
  });

  it('of no model is none', async () => {
    await expect(adviseTraffic(traffic, { ...question, models: [] })).rejects.toThrow(
      NoCandidateError,
    );
  });

  it('is drawn with a row for each way to serve the traffic', async () => {
    for (const width of ['wide', 'narrow'] as const) {
      const svg = await renderSvg(trafficFigure(advice)(width));
      for (const text of [
        'as logged',
        'static-latency',
        '1 of 2 models',
        'SLA × 2',
        'USD a month',
      ]) {
        expect(svg).toContain(text);
      }
    }
  });
});
