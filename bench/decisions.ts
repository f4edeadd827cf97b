/** How long one decision of the service takes, for each strategy and number of models. */
import { plainTable } from '../bin/shared/plain-table.ts';
import { OutputTimes } from '../lib/core/selection/output-time.ts';
import { select, strategies, strategyNames } from '../lib/core/selection/strategies.ts';
import type { Candidate, TimeBudget } from '../lib/core/selection/types.ts';
import { drawLognormal } from '../lib/core/statistics/draw.ts';
import { distributionOf } from '../lib/core/statistics/histogram.ts';
import { quantile } from '../lib/core/statistics/quantile.ts';
import { seededRandom } from '../lib/core/statistics/random.ts';
import { deviationMs, meanMs, merge, statisticsOf } from '../lib/service/profiles/statistics.ts';

const modelCounts = [12, 100, 1_000, 10_000];
const random = seededRandom(1);
const outputTimes = new OutputTimes();
for (let i = 0; i < 1_000; i++) outputTimes.observe(drawLognormal(random, 40, 30));

const table = plainTable([
  'strategy',
  ...modelCounts.map((count) => `${count} models\np50 / p99 us`),
]);
for (const name of strategyNames) {
  const cells = modelCounts.map((count) => {
    const timesUs = measure(name, madeUpModels(count));
    return `${quantile(timesUs, 0.5).toFixed(1)} / ${quantile(timesUs, 0.99).toFixed(1)}`;
  });
  table.push([name, ...cells]);
}
console.log(table.toString());

/** More accurate models are slower, as in Table III; each with a measured distribution. */
function madeUpModels(count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => {
    const share = (i + 0.5) / count;
    const typicalMs = 3 * 40 ** share * (0.7 + 0.6 * random());
    const calls = Array.from({ length: 30 }, () => {
      const serviceUs = Math.round(1000 * drawLognormal(random, typicalMs, typicalMs / 10));
      return statisticsOf({ kind: 'warm', serviceUs });
    });
    const statistics = merge(...calls);
    const { shareWithinUs } = distributionOf(statistics.histogram);
    return {
      name: `model-${i}`,
      accuracyPct: 45 + 38 * share + 3 * random(),
      meanMs: meanMs(statistics) ?? 0,
      stdMs: deviationMs(statistics) ?? 0,
      probabilityWithin: (ms: number) => shareWithinUs(1000 * ms),
      coldShare: 0.01,
      coldMeanMs: 10 * typicalMs,
    };
  });
}

function measure(name: (typeof strategyNames)[number], models: Candidate[]): number[] {
  const timesUs: number[] = [];
  const rounds = Math.max(300, 200_000 / models.length);
  for (let i = 0; i < 1.5 * rounds; i++) {
    const inputMs = 200 * random();
    const ownMs = drawLognormal(random, 40, 30);
    const startMs = performance.now();
    const budget: TimeBudget = {
      ...{ slaMs: 250, inputMs, networkMs: 2 * inputMs, budgetMs: 250 - 2 * inputMs },
      outputMs: outputTimes.distribution(ownMs),
      deviceAccuracyPct: 41.4,
    };
    select(strategies[name], models, budget, random);
    // The first third warms the JIT up.
    if (i > rounds / 2) timesUs.push(1000 * (performance.now() - startMs));
  }
  return timesUs;
}
