import { normal } from '../../../core/statistics/draw.ts';
import { seededRandom } from '../../../core/statistics/random.ts';
import type { TrafficNetwork } from '../network/networks.ts';
import type { Requests } from './requests.ts';

/** Requests of real traffic, resampled as its order says: T_input, T_output, SLA and report of each stay together. */
export function trafficRequests(traffic: TrafficNetwork, count: number, seed: number): Requests {
  const rows = traffic.inputMs.length;
  const row = traffic.order === 'time' ? inTime(rows, count) : atRandom(rows, count, seed);
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

/** Fewer than there are: evenly spread over all of them. More: from the start again after the last. */
function inTime(rows: number, count: number): Uint32Array {
  const step = Math.max(1, rows / count);
  return new Uint32Array(count).map((_, i) => Math.floor(i * step) % rows);
}

function atRandom(rows: number, count: number, seed: number): Uint32Array {
  const random = seededRandom(seed + 7);
  return new Uint32Array(count).map(() => Math.floor(random() * rows));
}
