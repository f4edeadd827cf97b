import { gamma, lognormal, normal, positiveNormal } from '../../../core/statistics/draw.ts';
import { seededRandom } from '../../../core/statistics/random.ts';
import type { MeasuredNetwork, SampledNetwork } from '../network/networks.ts';
import type { Requests } from './requests.ts';

/** Time between the starts of two requests, in ms: enough for every answer to have come back. */
const apartMs = 1e6;

/** Requests over a network given by a distribution or by measured times. */
export function sampledRequests(
  network: SampledNetwork | MeasuredNetwork,
  count: number,
  seed: number,
): Requests {
  const inputMs = new Float64Array(count);
  const outputMs = new Float64Array(count);
  if (network.kind === 'measured') {
    const rows = network.inputMs.length;
    for (let i = 0; i < count; i++) {
      inputMs[i] = network.inputMs[i % rows] ?? 0;
      outputMs[i] = network.outputMs[i % rows] ?? 0;
    }
  } else {
    const draw = { normal: positiveNormal, lognormal, gamma }[network.kind];
    const drawNetworkMs = draw(seededRandom(seed), network.meanMs, network.stdMs);
    for (let i = 0; i < count; i++) {
      const networkMs = drawNetworkMs();
      inputMs[i] = networkMs / 2;
      outputMs[i] = networkMs / 2;
    }
  }
  // Another sequence than the network's: a changed network leaves the service times as they are.
  const drawSlowness = normal(seededRandom(seed + 2));
  return {
    startMs: new Float64Array(count).map((_, i) => i * apartMs),
    inputMs,
    clockMs: new Float64Array(count),
    slowness: new Float64Array(count).map(drawSlowness),
    outputMs: (request) => outputMs[request] ?? 0,
  };
}
