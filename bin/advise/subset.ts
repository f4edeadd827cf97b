import type { Command } from 'commander';
import {
  adviseSubset,
  type Subset,
  type SubsetAdvice,
} from '../../lib/evaluation/advise/subset.ts';
import type { ProfiledModel } from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import { numberBetween } from '../shared/options.ts';
import { plainTable, progressBar } from '../shared/output.ts';
import { addDeviceOption } from '../shared/simulation-options.ts';
import { type AdviseOptions, addAdviseOptions, questionOf, situation } from './options.ts';

interface SubsetOptions extends AdviseOptions {
  readonly within: number;
}

const help = `
Every subset of the models that are not dominated is simulated, from one model up, until one is good
enough. Accuracy is what users get, the device's answers included, as a mean over the SLAs.

Examples:
  mdi advise subset --within 0.5
  mdi advise subset --profiles table3 --network university --slas-ms 50:300:50
  mdi advise subset --url http://127.0.0.1:8787 --network csv:times.csv --slas-ms 250`;

/** `mdi advise subset`: the fewest models within some points of all of them. */
export function addAdviseSubsetCommand(advise: Command): void {
  const command = advise
    .command('subset')
    .description('the fewest models that are nearly as good as all of them')
    .option('--within <points>', 'of mean accuracy', numberBetween(0, 100), 1);
  addDeviceOption(addAdviseOptions(command)).addHelpText('after', help).action(subset);
}

async function subset({ within, ...options }: SubsetOptions): Promise<void> {
  const question = await questionOf(options);
  const bar = progressBar('points tried');
  bar.start(0, 0);
  const advice = await adviseSubset(question, within, {
    onCell: () => {
      bar.setTotal(bar.getTotal() + 1);
      bar.increment();
    },
  }).finally(() => bar.stop());
  console.log(
    options.json
      ? JSON.stringify(asJson(advice, within), null, 2)
      : [situation(question), tableOf(advice), verdict(advice, within)].join('\n'),
  );
}

function tableOf({ bySize, full }: SubsetAdvice): string {
  const head = ['models', 'which', 'accuracy %', 'below all', 'furthest below', 'service ms'];
  const table = plainTable(head, { textColumns: 2, compact: true });
  for (const set of [...bySize, full]) {
    table.push([
      set.models.length,
      set === full ? 'all' : namesOf(set).join('\n'),
      set.accuracyPct.toFixed(2),
      set.lossPct.toFixed(2),
      set.worstLossPct.toFixed(2),
      set.busyMs.toFixed(1),
    ]);
  }
  return table.toString();
}

function verdict({ enough, full, exhaustive }: SubsetAdvice, within: number): string {
  const { models, fewerPct, memoryMb } = savingOf(enough, full);
  const memory = memoryMb === undefined ? '' : `, ${memoryMb} MB of memory less`;
  const found = exhaustive ? '' : ' (the best found: not every subset was tried)';
  return (
    `${enough.models.length} of ${full.models.length} models are within ${within} points of all: ` +
    `${namesOf(enough).join(', ')}${found}.\n` +
    `Saved: ${models} functions to deploy and keep warm (${fewerPct.toFixed(0)} %)${memory}.`
  );
}

function savingOf(enough: Subset, full: Subset) {
  const models = full.models.length - enough.models.length;
  const memory = [full, enough].map((set) => memoryOf(set.models));
  const [all, some] = memory;
  return {
    ...{ models, fewerPct: (100 * models) / full.models.length },
    ...(all !== undefined && some !== undefined && { memoryMb: all - some }),
  };
}

function memoryOf(models: readonly ProfiledModel[]): number | undefined {
  return models.reduce<number | undefined>(
    (sum, { memoryMb }) =>
      sum === undefined || memoryMb === undefined ? undefined : sum + memoryMb,
    0,
  );
}

function namesOf({ models }: Subset): string[] {
  return models.map(({ name }) => name);
}

function asJson({ full, bySize, enough, exhaustive }: SubsetAdvice, withinPct: number) {
  const plain = ({ models, accuracyPct, reliancePct, busyMs, lossPct, worstLossPct }: Subset) => ({
    models: models.map(({ name }) => name),
    ...{ accuracyPct, reliancePct, busyMs, lossPct, worstLossPct },
  });
  return {
    ...{ withinPct, exhaustive, full: plain(full), enough: plain(enough) },
    saving: savingOf(enough, full),
    bySize: bySize.map(plain),
  };
}
