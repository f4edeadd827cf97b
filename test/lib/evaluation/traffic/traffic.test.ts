import { describe, expect, it } from 'vitest';
import { modelsOfTraffic, UnknownModelsError } from '../../../../lib/evaluation/traffic/models.ts';
import { spreadOf, trafficOf, withSlasTimes } from '../../../../lib/evaluation/traffic/traffic.ts';
import type { RequestLine } from '../../../../lib/service/request-line.ts';
import { beginMs, requestLine, steadyTraffic } from './made-up-traffic.ts';

const settings = { name: 'functions.log', order: 'time', seed: 1 } as const;
const outputsOf = (...requests: RequestLine[]) => [
  ...trafficOf(requests, settings).network.outputMs,
];
const requestAt = (seconds: number, changes: Partial<RequestLine>) =>
  requestLine({ epochMs: beginMs + 1_000 * seconds, ...changes });

describe('traffic', () => {
  it('is in the order of its time, whatever the order of the log', () => {
    const requests = steadyTraffic(200);
    expect(trafficOf(requests.toReversed(), settings)).toEqual(trafficOf(requests, settings));
  });

  it('says how it was', () => {
    const requests = steadyTraffic(400).map((request, i) =>
      i < 100
        ? { ...request, source: 'default' as const, deviceAccuracyPct: i < 50 ? 50 : 60 }
        : request,
    );
    const traffic = trafficOf(requests, settings);
    expect(traffic).toMatchObject({
      ...{ spanMs: 399_000, medianSlaMs: 250, deviceAccuracyPct: 55, guessedPct: 25 },
      // One a second, in a month of 730 hours.
      requestsPerMonth: 730 * 3600,
    });
    // The last answer is never reported; of those with a T_input that nobody told, it is not known of which.
    expect(traffic.reportedPct).toBeCloseTo((100 * 299) / 400, 9);
    expect(spreadOf(traffic.network.slaMs)).toEqual([120, 250, 250, 250, 250]);
  });

  it('of a single moment has no rate', () => {
    expect(trafficOf([requestLine()], settings).requestsPerMonth).toBeUndefined();
  });

  it('can have other SLAs', () => {
    const { network } = trafficOf(steadyTraffic(4), settings);
    expect([...withSlasTimes(network, 2).slaMs]).toEqual([500, 500, 500, 240]);
    expect([...network.slaMs]).toEqual([250, 250, 250, 120]);
  });
});

describe('T_output of a request', () => {
  it('is what its client reports later, by T_input of the answer', () => {
    const first = requestAt(0, { inputMs: 40.001 });
    const second = requestAt(1, { inputMs: 70 });
    const reports = [
      requestAt(2, { inputMs: 71, outputInputMs: 70, outputMs: 33 }),
      requestAt(3, { inputMs: 41, outputInputMs: 40.001, outputMs: 11 }),
      // Again, until there is another answer.
      requestAt(4, { inputMs: 42, outputInputMs: 40.001, outputMs: 12 }),
    ];
    expect(outputsOf(first, second, ...reports).slice(0, 2)).toEqual([11, 33]);
  });

  it('is that of the last of those with the same T_input, and of none that is long ago', () => {
    const same = [requestAt(0, { inputMs: 40 }), requestAt(1, { inputMs: 40 })];
    const report = { inputMs: 90, outputInputMs: 40, outputMs: 7 };
    expect(outputsOf(...same, requestAt(2, report))[1]).toBe(7);
    const { reportedPct } = trafficOf([...same, requestAt(4_000, report)], settings);
    expect(reportedPct).toBe(0);
  });

  it('is drawn from reports with a similar T_input when nobody has reported it', () => {
    const reported = Array.from({ length: 60 }, (_, i) =>
      requestAt(i, { inputMs: 500, outputInputMs: i, outputMs: i < 30 ? 5 : 50 }),
    );
    const unknown = [requestAt(100, { inputMs: 2 }), requestAt(101, { inputMs: 58 })];
    expect(outputsOf(...reported, ...unknown).slice(-2)).toEqual([5, 50]);
  });

  it('is T_input where nothing was reported at all', () => {
    expect(outputsOf(requestAt(0, { inputMs: 40 }), requestAt(1, { inputMs: 70 }))).toEqual([
      40, 70,
    ]);
  });
});

describe('the models of traffic', () => {
  const requests = steadyTraffic(400);

  it('have the times that were logged of them, cold starts apart', () => {
    const cold = [0, 4, 8].map(
      (i) => ({ ...requests[i], coldStart: true, serviceMs: 900 }) as RequestLine,
    );
    const [good, quick] = modelsOfTraffic([...cold, ...requests]);
    expect(good).toMatchObject({ name: 'good', accuracyPct: 80, answers: 303, isTimed: true });
    expect(good?.meanMs).toBeCloseTo(91, 0);
    expect(good?.stdMs).toBeCloseTo(0.8, 1);
    expect(good).toMatchObject({ coldMeanMs: 900, coldShare: 3 / 303 });
    expect(quick).not.toHaveProperty('coldShare');
  });

  it('keep the times that they had where there are too few answers', () => {
    const known = [
      { name: 'good', accuracyPct: 81, meanMs: 500, stdMs: 5, memoryMb: 1769 },
      { name: 'unused', accuracyPct: 90, meanMs: 400, stdMs: 4 },
    ];
    const [good, unused, ...others] = modelsOfTraffic(requests, known);
    // What is known of it now is its accuracy; how long it takes, the traffic shows.
    expect(good).toMatchObject({ accuracyPct: 81, memoryMb: 1769, isTimed: true });
    expect(good?.meanMs).toBeCloseTo(91, 0);
    expect(unused).toEqual({ ...known[1], answers: 0, isTimed: false });
    expect(others).toEqual([]);
  });

  it('cannot be none', () => {
    expect(() => modelsOfTraffic(requests.slice(0, 20))).toThrow(UnknownModelsError);
    expect(() => modelsOfTraffic([requestLine({ model: undefined })])).toThrow(/--catalogue/);
  });
});
