import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrafficNetwork } from '../../../../../lib/evaluation/engine/network/networks.ts';
import { trafficRequests } from '../../../../../lib/evaluation/engine/requests/traffic-requests.ts';
import { simulate } from '../../../../../lib/evaluation/engine/simulate.ts';

/** Row i: T_input i, T_output 2 i, SLA 3 i; every second reports 5 i and 7 i. */
const trafficWith = (rows: number, order: TrafficNetwork['order']): TrafficNetwork => {
  const column = (value: (i: number) => number) =>
    new Float64Array(rows).map((_, i) => value(i + 1));
  return {
    ...{ kind: 'traffic', name: 'log', order },
    inputMs: column((i) => i),
    outputMs: column((i) => 2 * i),
    slaMs: column((i) => 3 * i),
    reportedOutputMs: column((i) => (i % 2 === 0 ? 5 * i : Number.NaN)),
    reportedInputMs: column((i) => (i % 4 === 0 ? 7 * i : Number.NaN)),
  };
};

describe('requests of traffic', () => {
  it.each(['time', 'random'] as const)('keep together what belongs to one (%s)', (order) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 90 }),
        (rows, count) => {
          const requests = trafficRequests(trafficWith(rows, order), count, 1);
          expect(requests.startMs).toHaveLength(count);
          requests.inputMs.forEach((i, request) => {
            expect(i).toBeGreaterThanOrEqual(1);
            expect(i).toBeLessThanOrEqual(rows);
            expect(requests.outputMs(request, 99)).toBe(2 * i);
            expect(requests.slaMs?.[request]).toBe(3 * i);
            const report =
              i % 2 === 0
                ? { outputMs: 5 * i, inputMs: i % 4 === 0 ? 7 * i : undefined }
                : undefined;
            expect(requests.reportOf?.(request)).toEqual(report);
          });
        },
      ),
    );
  });

  it('in the order of their time are spread over all of it, or begin again', () => {
    const inputsOf = (count: number) => [
      ...trafficRequests(trafficWith(6, 'time'), count, 1).inputMs,
    ];
    expect(inputsOf(6)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(inputsOf(8)).toEqual([1, 2, 3, 4, 5, 6, 1, 2]);
  });

  it('that are fewer than there were meet also what comes at regular intervals', () => {
    const few = [...trafficRequests(trafficWith(4_000, 'time'), 1_000, 1).inputMs];
    few.forEach((ms, i) => {
      expect(ms).toBeGreaterThan(4 * i);
      expect(ms).toBeLessThanOrEqual(4 * (i + 1));
    });
    expect(new Set(few.map((ms) => ms % 4))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('at random differ by the seed alone', () => {
    const drawn = (seed: number) => [
      ...trafficRequests(trafficWith(50, 'random'), 100, seed).inputMs,
    ];
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(new Set(drawn(1)).size).toBeLessThan(50);
  });
});

describe('a simulation of traffic', () => {
  const models = [
    { name: 'quick', accuracyPct: 50, meanMs: 10, stdMs: 0 },
    { name: 'good', accuracyPct: 80, meanMs: 100, stdMs: 0 },
  ];
  const settings = { models, deviceAccuracyPct: 40, clockErrorMs: 0, seed: 1, slaMs: 130 };
  const rows = {
    inputMs: Float64Array.of(10, 10, 10, 10),
    outputMs: Float64Array.of(10, 10, 10, 300),
    reportedOutputMs: new Float64Array(4).fill(Number.NaN),
    reportedInputMs: new Float64Array(4).fill(Number.NaN),
  };
  const traffic = { kind: 'traffic', name: 'log', order: 'time', ...rows } as const;
  const served = (slaMs?: Float64Array) =>
    simulate(trafficRequests({ ...traffic, slaMs }, 4, 1), {
      ...{ ...settings, selector: 'three-stage', keepAnswers: true },
    });

  it('holds every request to its own SLA', () => {
    const { answers, ...outcome } = served(Float64Array.of(130, 60, 25, 400));
    // 130 - 20 is enough for the good one, 60 - 20 for the quick one; 25 is too short, and the last answer too late.
    expect([...(answers?.model ?? [])]).toEqual([1, 0, 0, 1]);
    expect(outcome.reliancePct).toBe(50);
    expect(outcome.duplicatedAccuracyPct).toBe((80 + 50 + 40 + 40) / 4);
  });

  it('holds all to the simulation’s where they have none', () => {
    const { answers, reliancePct } = served();
    expect([...(answers?.model ?? [])]).toEqual([1, 1, 1, 1]);
    expect(reliancePct).toBe(25);
  });

  it('foretells T_output by what the clients of the traffic had reported', () => {
    const count = 40;
    const network = (reportedMs: number): TrafficNetwork => ({
      ...{ kind: 'traffic', name: 'log', order: 'time' },
      inputMs: new Float64Array(count).fill(10),
      outputMs: new Float64Array(count).fill(10),
      slaMs: new Float64Array(count).fill(150),
      reportedOutputMs: new Float64Array(count).fill(reportedMs),
      reportedInputMs: new Float64Array(count).fill(10),
    });
    const lastModel = (reportedMs: number) =>
      simulate(trafficRequests(network(reportedMs), count, 1), {
        ...{ ...settings, selector: 'expected-accuracy', keepAnswers: true },
      }).answers?.model.at(-1);
    expect([lastModel(10), lastModel(100)]).toEqual([1, 0]);
  });
});
