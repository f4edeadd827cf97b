/** How long one decision of the service takes, for each strategy and number of models. */
import { Bench } from 'tinybench';
import { plainTable } from '../bin/shared/output.ts';
import { HedgeTokens } from '../lib/core/selection/hedge-tokens.ts';
import { planHedge } from '../lib/core/selection/hedging.ts';
import { OutputTimes } from '../lib/core/selection/output-time.ts';
import {
  type StrategyName,
  select,
  strategies,
  strategyNames,
} from '../lib/core/selection/strategies.ts';
import type { Candidate } from '../lib/core/selection/types.ts';
import { lognormal } from '../lib/core/statistics/draw.ts';
import { distributionOf } from '../lib/core/statistics/histogram.ts';
import { seededRandom } from '../lib/core/statistics/random.ts';
import { deviationMs, meanMs, merge, statisticsOf } from '../lib/service/profiles/statistics.ts';

const modelCounts = [12, 100, 1_000, 10_000];
const random = seededRandom(1);
const drawOutputMs = lognormal(random, 40, 30);
const outputTimes = new OutputTimes();
for (let i = 0; i < 1_000; i++) {
  outputTimes.observe({ outputMs: drawOutputMs(), inputMs: 200 * random() });
}

const table = plainTable([
  'strategy',
  ...modelCounts.map((count) => `${count} models\np50 / p99 us`),
]);
for (const name of strategyNames) {
  table.push([name, ...modelCounts.map((count) => decisionTimes(name, madeUpModels(count)))]);
}
for (const name of ['three-stage', 'expected-accuracy'] as const) {
  table.push([
    `${name}, hedged`,
    ...modelCounts.map((count) => decisionTimes(name, madeUpModels(count), new HedgeTokens())),
  ]);
}
console.log(table.toString());

/** More accurate models are slower, as in Table III; each with a measured distribution. */
function madeUpModels(count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => {
    const share = (i + 0.5) / count;
    const typicalMs = 3 * 40 ** share * (0.7 + 0.6 * random());
    const drawMs = lognormal(random, typicalMs, typicalMs / 10);
    const calls = Array.from({ length: 30 }, () =>
      statisticsOf({ kind: 'warm', serviceUs: Math.round(1000 * drawMs()) }),
    );
    const statistics = merge(...calls);
    const { quantileUs, shareWithinUs } = distributionOf(statistics.histogram);
    const stdMs = deviationMs(statistics) ?? 0;
    return {
      name: `model-${i}`,
      accuracyPct: 45 + 38 * share + 3 * random(),
      meanMs: meanMs(statistics) ?? 0,
      stdMs,
      meanErrorMs: stdMs / Math.sqrt(calls.length),
      probabilityWithin: (ms: number) => shareWithinUs(1000 * ms),
      quantileMs: (q: number) => quantileUs(q) / 1000,
      coldShare: 0.01,
      coldMeanMs: 10 * typicalMs,
    };
  });
}

function decisionTimes(
  name: StrategyName,
  models: readonly Candidate[],
  tokens = new HedgeTokens({ share: 0 }),
): string {
  const requests = Array.from({ length: 1_024 }, () => ({
    inputMs: 200 * random(),
    ownMs: drawOutputMs(),
  }));
  let next = 0;
  const bench = new Bench({ time: 200, warmupTime: 100 }).add(name, () => {
    const { inputMs = 0, ownMs = 0 } = requests[next++ % requests.length] ?? {};
    const times = { slaMs: 250, inputMs, networkMs: 2 * inputMs, budgetMs: 250 - 2 * inputMs };
    const outputMs =
      name === 'expected-accuracy' ? outputTimes.distribution({ inputMs, ownMs }) : undefined;
    const budget = { ...times, outputMs, deviceAccuracyPct: 41.4 };
    const { model } = select(strategies[name], models, budget, random);
    tokens.add();
    if (tokens.isOn) planHedge(model, models, budget, tokens.pricePct);
  });
  const [{ result } = { result: undefined }] = bench.runSync();
  if (result?.state !== 'completed') throw new Error(`${name} was not measured`);
  return [result.latency.p50, result.latency.p99].map((ms) => (1000 * ms).toFixed(1)).join(' / ');
}
