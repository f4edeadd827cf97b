import { normal } from '../../../core/statistics/draw.ts';
import { type Random, seededRandom } from '../../../core/statistics/random.ts';
import type { TrafficNetwork } from '../network/networks.ts';
import type { Requests } from './requests.ts';

/** Requests of real traffic, resampled as its order says: T_input, T_output, SLA and report of each stay together. */
export function trafficRequests(traffic: TrafficNetwork, count: number, seed: number): Requests {
  const rows = traffic.inputMs.length;
  const random = seededRandom(seed + 7);
  const row = { time: inTime, random: atRandom }[traffic.order](rows, count, random);
  const pick = (values: Float64Array) => Float64Array.from(row, (i) => values[i] ?? 0);
  const [outputMs, reportedMs, reportedInputMs] = [
    traffic.outputMs,
    traffic.reportedOutputMs,
    traffic.reportedInputMs,
  ].map(pick) as [Float64Array, Float64Array, Float64Array];
  return {
    startMs: new Float64Array(count).map((_, i) => i),
    inputMs: pick(traffic.inputMs),
    clockMs: new Float64Array(count),
    slowness: new Float64Array(count).map(normal(seededRandom(seed + 2))),
    outputMs: (request) => outputMs[request] ?? 0,
    slaMs: traffic.slaMs && pick(traffic.slaMs),
    reportOf(request) {
      const [ms = Number.NaN, inputMs = Number.NaN] = [
        reportedMs[request],
        reportedInputMs[request],
      ];
      if (Number.isNaN(ms)) return undefined;
      return { outputMs: ms, inputMs: Number.isNaN(inputMs) ? undefined : inputMs };
    },
  };
}

/**
 * Fewer than there are: one at random of each of so many stretches of time, as what comes at regular intervals would
 * be met always or never otherwise. More: from the start again after the last.
 */
function inTime(rows: number, count: number, random: Random): Uint32Array {
  const step = rows / count;
  return new Uint32Array(count).map((_, i) =>
    step > 1 ? Math.floor((i + random()) * step) : i % rows,
  );
}

function atRandom(rows: number, count: number, random: Random): Uint32Array {
  return new Uint32Array(count).map(() => Math.floor(random() * rows));
}
