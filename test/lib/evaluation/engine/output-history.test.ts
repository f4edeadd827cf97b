import { describe, expect, it } from 'vitest';
import { OutputTime } from '../../../../lib/client/cloud/output-time.ts';
import { parseInferHeaders } from '../../../../lib/core/contract/headers.ts';
import { roundMs } from '../../../../lib/core/contract/server-timing.ts';
import { OutputTimes } from '../../../../lib/core/selection/output-time.ts';
import type { WeightedTimes } from '../../../../lib/core/selection/types.ts';
import { lognormal } from '../../../../lib/core/statistics/draw.ts';
import { seededRandom } from '../../../../lib/core/statistics/random.ts';
import { OutputHistory } from '../../../../lib/evaluation/engine/output-history.ts';

interface Request {
  readonly startMs: number;
  readonly inputMs: number;
  readonly latencyMs: number;
  readonly outputMs: number;
}

const slaMs = 250;

/** What is known before each of the requests, in simulation. */
function simulated(requests: readonly Request[]): (WeightedTimes | undefined)[] {
  const of = (field: keyof Request) => Float64Array.from(requests, (request) => request[field]);
  const history = new OutputHistory(of('startMs'), of('latencyMs'), of('outputMs'), slaMs);
  return requests.map(({ inputMs }, i) => history.before(i, inputMs));
}

/** The same with the parts of the client and of the selector. */
function deployed(requests: readonly Request[]): (WeightedTimes | undefined)[] {
  const client = new OutputTime();
  const selector = new OutputTimes();
  const arrivals = requests
    .filter(({ latencyMs }) => latencyMs <= slaMs + 2_000)
    .toSorted((a, b) => a.startMs + a.latencyMs - b.startMs - b.latencyMs);
  return requests.map(({ startMs, inputMs }) => {
    while (arrivals[0] && arrivals[0].startMs + arrivals[0].latencyMs <= startMs) {
      const { latencyMs, inputMs: ms, outputMs } = arrivals.shift() as Request;
      const timing = { inputMs: roundMs(ms), serverMs: latencyMs - roundMs(ms) - outputMs };
      client.observe(latencyMs, { ...otherTiming, ...timing }, 0);
    }
    const { outputMs, outputInputMs } = parseInferHeaders(client.headers(0));
    if (outputMs !== undefined) selector.observe({ outputMs, inputMs: outputInputMs });
    return selector.distribution({ inputMs, ownMs: outputMs });
  });
}

const otherTiming = {
  ...{ slaMs, networkMs: 0, budgetMs: 0, selectMs: 0, serviceMs: 0 },
  ...{ coldStart: false, source: 'client' as const },
};
const shareWithin = (limitMs: number, distribution: WeightedTimes = []) =>
  distribution.reduce((sum, { ms, weight }) => sum + (ms <= limitMs ? weight : 0), 0);

describe('OutputHistory', () => {
  it('knows what the deployed selector knows, answers that overlap and those that are lost included', () => {
    const random = seededRandom(1);
    const draw = lognormal(random, 80, 200);
    let startMs = 0;
    const requests = Array.from({ length: 500 }, () => {
      startMs += draw();
      const [inputMs, outputMs] = [draw(), draw()];
      const lostMs = random() < 0.1 ? 3_000 : 0;
      return { startMs, inputMs, outputMs, latencyMs: inputMs + 20 + outputMs + lostMs };
    });
    const all = simulated(requests);
    deployed(requests).forEach((known, i) => {
      expect(all[i] === undefined).toBe(known === undefined);
      // Headers have whole microseconds: a value may fall into the next bucket.
      for (const limitMs of [1, 10, 100, 1_000]) {
        expect(shareWithin(limitMs, all[i])).toBeCloseTo(shareWithin(limitMs, known), 2);
      }
    });
  });

  it('counts only answers that have arrived', () => {
    const first = { startMs: 0, inputMs: 50, latencyMs: 100, outputMs: 20 };
    const [before, during, after] = simulated([
      first,
      { ...first, startMs: 99 },
      { ...first, startMs: 100 },
    ]);
    expect(before).toBeUndefined();
    expect(during).toBeUndefined();
    expect(shareWithin(30, after)).toBeGreaterThan(0.9);
  });

  it('never hears of an answer that the phone has given up waiting for', () => {
    const known = { startMs: 0, inputMs: 50, latencyMs: 2_250, outputMs: 20 };
    const later = { ...known, startMs: 9_000 };
    expect(simulated([known, later])[1]).toBeDefined();
    expect(simulated([{ ...known, latencyMs: 2_250.1 }, later])[1]).toBeUndefined();
  });

  it('is told the answer that arrived last, whichever was asked for first', () => {
    const slow = { startMs: 0, inputMs: 50, latencyMs: 900, outputMs: 800 };
    const quick = { startMs: 300, inputMs: 50, latencyMs: 100, outputMs: 5 };
    const [, , last] = simulated([slow, quick, { ...quick, startMs: 1_000 }]);
    expect(shareWithin(100, last)).toBe(0);
  });
});
