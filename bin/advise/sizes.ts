import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  adviseSizes,
  type SizeAdvice,
  type SizedOutcome,
  sizesFigure,
} from '../../lib/evaluation/advise/sizes.ts';
import { listLinks } from '../../lib/evaluation/engine/network/links.ts';
import {
  defaultLinkConditions,
  type LinkConditions,
  type SimulatedNetwork,
} from '../../lib/evaluation/engine/network/networks.ts';
import { renderSvg } from '../../lib/evaluation/figures/render.ts';
import { usualParallelShare } from '../../lib/evaluation/sizes/scaling.ts';
import { integerBetween } from '../shared/options.ts';
import { plainTable, progressBar } from '../shared/output.ts';
import { addDeviceOption, addLinkOptions } from '../shared/simulation-options.ts';
import {
  addScalingOptions,
  pricedModelsOf,
  type ScalingOptions,
  scalingBy,
} from '../shared/sizes.ts';
import { type AdviseOptions, addAdviseOptions, questionOf, situation } from './options.ts';

interface SizesOptions extends AdviseOptions, ScalingOptions, LinkConditions {
  readonly smallMb: number;
  readonly bigMb: number;
  readonly traces?: string;
  readonly region: string;
  readonly figure?: string;
}

const help = `
Every model is simulated at the small size, at the big one, and at both, where the cheapest size that is
good enough for a request answers it. Times are scaled by what the catalogue's models were measured to gain
from threads (mdi models profile --write), else by --parallel-share: ${usualParallelShare} makes six vCPUs 3.2 times as fast.

Examples:
  mdi advise sizes --catalogue shapes --slas-ms 100,150,250
  mdi advise sizes --profiles c5 --traces FOLDER --strategy expected-accuracy --big-mb 10240
  mdi advise sizes --profiles c5 --network university --figure sizes.svg`;

/** `mdi advise sizes`: what deploying models at two sizes gains, and costs. */
export function addAdviseSizesCommand(advise: Command): void {
  const megabytes = integerBetween(128, 10_240);
  const command = advise
    .command('sizes')
    .description('what several sizes of each model gain, and what they cost')
    .option('--small-mb <mb>', 'memory of the small size', megabytes, 1769)
    .option('--big-mb <mb>', 'memory of the big size', megabytes, 5307)
    .option('--traces <folder>', 'recorded links in place of one network: NAME.up and NAME.down')
    .option('--region <name>', 'whose prices', 'us-east-1')
    .option('--figure <file>', 'draw accuracy and cost against the SLA as an SVG');
  addLinkOptions(addScalingOptions(addDeviceOption(addAdviseOptions(command))))
    .addHelpText('after', help)
    .action(sizes);
}

async function sizes(options: SizesOptions): Promise<void> {
  const { smallMb, bigMb, traces, region } = options;
  if (smallMb >= bigMb) throw new Error(`--small-mb ${smallMb} must be below --big-mb ${bigMb}`);
  const question = await questionOf(options);
  const models = pricedModelsOf(question.profiles);
  const priced = { ...question, profiles: { ...question.profiles, models } };
  const networks = traces === undefined ? [question.network] : linksOf(traces, options);
  const bar = progressBar('points simulated');
  bar.start(3 * question.slasMs.length * networks.length, 0);
  const advice = await adviseSizes(
    { question: priced, networks, smallMb, bigMb, scalingOf: scalingBy(options), region },
    { onCell: () => bar.increment() },
  ).finally(() => bar.stop());
  const network =
    traces === undefined
      ? question.network
      : { ...question.network, name: `${networks.length} recorded links` };
  console.log(
    options.json
      ? JSON.stringify(advice, null, 2)
      : [situation({ ...question, network }), tableOf(advice), verdict(advice)].join('\n'),
  );
  if (options.figure !== undefined) {
    writeFileSync(options.figure, await renderSvg(sizesFigure(advice)('wide')));
  }
}

function linksOf(folder: string, options: LinkConditions): SimulatedNetwork[] {
  const conditions = Object.fromEntries(
    Object.entries(defaultLinkConditions).map(([name, value]) => [
      name,
      options[name as keyof LinkConditions] ?? value,
    ]),
  ) as unknown as LinkConditions;
  return listLinks(folder).map((name) => ({ kind: 'link', name, folder, conditions }));
}

function tableOf({ small, big, both }: SizeAdvice): string {
  const head = ['SLA ms', 'sizes MB', 'users get %', 'late %', 'larger size %', '$ a million'];
  const table = plainTable(head, { compact: true });
  small.forEach((one, i) => {
    for (const outcome of [one, big[i], both[i]].filter((it) => it !== undefined)) {
      table.push([
        ...[outcome.slaMs, outcome.sizesMb.join(' + ')],
        ...[outcome.accuracyPct.toFixed(2), outcome.reliancePct.toFixed(1)],
        ...[outcome.largerPct.toFixed(1), outcome.usdPerMillion.toFixed(2)],
      ]);
    }
  });
  return table.toString();
}

function verdict({ small, big, both }: SizeAdvice): string {
  const of = (outcomes: readonly SizedOutcome[], field: 'accuracyPct' | 'usdPerMillion') =>
    outcomes.reduce((sum, outcome) => sum + outcome[field], 0) / outcomes.length;
  const [less, most, mixed] = [small, big, both].map((outcomes) => ({
    pct: of(outcomes, 'accuracyPct'),
    usd: of(outcomes, 'usdPerMillion'),
  })) as [Mean, Mean, Mean];
  const against = ({ pct, usd }: Mean) =>
    `${signed(mixed.pct - pct)} points for ${signed(mixed.usd - usd)} $ a million`;
  return `Over all SLAs, both sizes give ${mixed.pct.toFixed(2)} % at $${mixed.usd.toFixed(2)} a million requests: ${against(less)} against the small size, ${against(most)} against the big one.`;
}

interface Mean {
  readonly pct: number;
  readonly usd: number;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
