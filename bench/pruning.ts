/**
 * What it is worth that three-stage takes no model for faster that is so by noise only: mean accuracy
 * over SLAs, for the models of a running service with the service times that it has measured.
 *
 *     npm run bench -- pruning http://127.0.0.1:8787   (or a file with an answer of GET /v1/models)
 *
 * A profile is drawn anew many times, from as few calls as a live one rests on at least: what one profile
 * makes of noise is chance.
 */
import { deviation, mean } from 'd3-array';
import { plainTable } from '../bin/shared/output.ts';
import { readModels } from '../bin/shared/read-models.ts';
import type { Candidate } from '../lib/core/selection/types.ts';
import { lognormal } from '../lib/core/statistics/draw.ts';
import { seededRandom } from '../lib/core/statistics/random.ts';
import { CellRunner } from '../lib/evaluation/engine/cells/cell.ts';
import type { SampledNetwork } from '../lib/evaluation/engine/network/networks.ts';
import type { SelectorName } from '../lib/evaluation/engine/selectors.ts';

const slasMs = [40, 70, 100, 130, 160, 190, 220, 250];
const profiles = 50;
const calls = 30;
const requests = 1_000;
/** Wi-Fi at home, to a service that is near. */
const network: SampledNetwork = {
  ...{ kind: 'lognormal', name: '20 ± 10 ms', meanMs: 20, stdMs: 10 },
};
const runner = new CellRunner();
const random = seededRandom(1);

const [from = 'http://127.0.0.1:8787'] = process.argv.slice(2);
const source = from.startsWith('http') ? { url: from } : { profiles: from };
const models = await readModels({ ...source, catalogue: '', overheadMs: 0 });
const drawn = Array.from({ length: profiles }, () => models.map(measuredAnew));

/** Ways to decide by a profile: its selector, and what it believes of how exact the means are. */
const ways: readonly { label: string; selector: SelectorName; isExact?: true }[] = [
  { label: 'as printed', selector: 'three-stage-as-printed' },
  { label: 'dominated by means', selector: 'three-stage', isExact: true },
  { label: 'dominated by noise, too', selector: 'three-stage' },
];

const table = plainTable(['SLA ms', ...ways.map(({ label }) => `${label}\naccuracy / late %`)], {
  compact: true,
});
const rows = slasMs.map((slaMs) => ways.map((way) => outcomeOf(way, slaMs)));
rows.forEach((row, i) => {
  table.push([slasMs[i] ?? 0, ...row.map(shown)]);
});
table.push(['mean', ...ways.map((_, w) => shown(meanOf(rows.flatMap((row) => row[w] ?? []))))]);

for (const { name, accuracyPct, meanMs, stdMs } of models) {
  console.log(`${name}: ${accuracyPct} %, ${meanMs.toFixed(1)} ± ${stdMs.toFixed(1)} ms`);
}
console.log(`Network ${network.name}; ${profiles} profiles of ${calls} calls each:\n${table}`);

function measuredAnew({ name, accuracyPct, meanMs, stdMs }: Candidate): Candidate {
  const timesMs = Array.from({ length: calls }, lognormal(random, meanMs, stdMs));
  const spreadMs = deviation(timesMs) ?? 0;
  const meanErrorMs = spreadMs / Math.sqrt(calls);
  return { name, accuracyPct, meanMs: mean(timesMs) ?? 0, stdMs: spreadMs, meanErrorMs };
}

/** Accuracy of the models that ran, and how many answers were late: what faster models are for. */
interface Outcome {
  readonly accuracyPct: number;
  readonly reliancePct: number;
}

function outcomeOf({ selector, isExact }: (typeof ways)[number], slaMs: number): Outcome {
  const common = { profiles: from, models, network, requests, seed: 1, clockErrorMs: 0 };
  return meanOf(
    drawn.map((profile) => {
      const believed = isExact ? profile.map((m) => ({ ...m, meanErrorMs: 0 })) : profile;
      return runner.run({ ...common, believed, selector, slaMs, deviceAccuracyPct: 0 });
    }),
  );
}

function meanOf(outcomes: readonly Outcome[]): Outcome {
  return {
    accuracyPct: mean(outcomes, ({ accuracyPct }) => accuracyPct) ?? 0,
    reliancePct: mean(outcomes, ({ reliancePct }) => reliancePct) ?? 0,
  };
}

function shown({ accuracyPct, reliancePct }: Outcome): string {
  return `${accuracyPct.toFixed(2)} / ${reliancePct.toFixed(2)}`;
}
