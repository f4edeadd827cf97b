/**
 * What it is worth that three-stage takes no model for faster that is so by noise only: mean accuracy
 * over SLAs, with the profiles that a running service has measured.
 *
 *     npm run bench -- pruning http://127.0.0.1:8787   (or a file with an answer of GET /v1/models)
 */
import { plainTable } from '../bin/shared/output.ts';
import { readModels } from '../bin/shared/read-models.ts';
import { undominated } from '../lib/core/selection/ranking.ts';
import type { PricedModel } from '../lib/evaluation/cost/models.ts';
import { CellRunner } from '../lib/evaluation/engine/cells/cell.ts';
import type { SampledNetwork } from '../lib/evaluation/engine/network/networks.ts';

const slasMs = [40, 70, 100, 130, 160, 190, 220, 250];
/** Wi-Fi at home, to a service that is near. */
const network: SampledNetwork = {
  ...{ kind: 'lognormal', name: '20 ± 10 ms', meanMs: 20, stdMs: 10 },
};
const runner = new CellRunner();

const [from = 'http://127.0.0.1:8787'] = process.argv.slice(2);
const source = from.startsWith('http') ? { url: from } : { profiles: from };
const measured = await readModels({ ...source, catalogue: '', overheadMs: 0 });
const exact = measured.map((model) => ({ ...model, meanErrorMs: 0 }));

console.log(
  `${modelTable()}\n\nNetwork ${network.name}, 10,000 requests an SLA:\n${accuracyTable()}`,
);

function modelTable() {
  const [byNoise, byMean] = [measured, exact].map((models) => namesOf(undominated(models)));
  const head = [
    'model',
    'top-1 %',
    'mean ms',
    '± ms',
    'error of the mean ms',
    'left by means',
    'by noise',
  ];
  const table = plainTable(head, { compact: true });
  for (const { name, accuracyPct, meanMs, stdMs, meanErrorMs = 0 } of measured) {
    const numbers = [accuracyPct, meanMs, stdMs, meanErrorMs].map((value) => value.toFixed(2));
    const left = [byMean, byNoise].map((names) => (names?.has(name) ? 'yes' : ''));
    table.push([name, ...numbers, ...left]);
  }
  return table;
}

/** Accuracy of the models that ran, and how many answers were late: which faster models are for. */
function accuracyTable() {
  const variants = [
    { label: 'as printed', models: exact, selector: 'three-stage-as-printed' },
    { label: 'pruned by means', models: exact, selector: 'three-stage' },
    { label: 'pruned by noise', models: measured, selector: 'three-stage' },
  ] as const;
  const columns = variants.map(({ label }) => `${label}\naccuracy / late %`);
  const table = plainTable(['SLA ms', ...columns], { compact: true });
  const outcomes = slasMs.map((slaMs) =>
    variants.map(({ models, selector }) => outcomeOf(models, selector, slaMs)),
  );
  outcomes.forEach((row, i) => {
    table.push([slasMs[i] ?? 0, ...row.map(shown)]);
  });
  table.push([
    'mean',
    ...variants.map((_, v) => shown(meanOf(outcomes.flatMap((row) => row[v] ?? [])))),
  ]);
  return table;
}

type Outcome = { readonly accuracyPct: number; readonly reliancePct: number };

function outcomeOf(
  believed: readonly PricedModel[],
  selector: 'three-stage' | 'three-stage-as-printed',
  slaMs: number,
): Outcome {
  const common = { profiles: from, network, requests: 10_000, seed: 1, clockErrorMs: 0 };
  return runner.run({ ...common, models: believed, selector, slaMs, deviceAccuracyPct: 0 });
}

function meanOf(outcomes: readonly Outcome[]): Outcome {
  const mean = (field: keyof Outcome) =>
    outcomes.reduce((sum, outcome) => sum + outcome[field], 0) / outcomes.length;
  return { accuracyPct: mean('accuracyPct'), reliancePct: mean('reliancePct') };
}

function shown({ accuracyPct, reliancePct }: Outcome): string {
  return `${accuracyPct.toFixed(2)} / ${reliancePct.toFixed(2)}`;
}

function namesOf(models: readonly { readonly name: string }[]): Set<string> {
  return new Set(models.map(({ name }) => name));
}
