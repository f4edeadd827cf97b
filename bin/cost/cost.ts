import { type Command, Option } from 'commander';
import { maxSlaMs } from '../../lib/core/contract/limits.ts';
import type { Architecture } from '../../lib/core/pricing/prices.ts';
import { type StrategyName, strategyNames } from '../../lib/core/selection/strategies.ts';
import {
  defaultAssumptions,
  defaultOverheadMs,
  tracingAssumptions,
} from '../../lib/evaluation/cost/assumptions.ts';
import {
  checkMix,
  type Mix,
  type SimulatedRequests,
  simulateMix,
} from '../../lib/evaluation/cost/mix.ts';
import type { PricedModel } from '../../lib/evaluation/cost/models.ts';
import { type CostReport, costReport } from '../../lib/evaluation/cost/report.ts';
import type { Deployment } from '../../lib/evaluation/cost/usage.ts';
import { atSizes } from '../../lib/evaluation/sizes/scaling.ts';
import { integerBetween, namedNumbers, numberBetween } from '../shared/options.ts';
import { readModels } from '../shared/read-models.ts';
import { serviceAddress } from '../shared/service-address.ts';
import { addScalingOptions, memorySizes, scalingBy } from '../shared/sizes.ts';
import { describeCost } from './tables.ts';

interface CostOptions {
  readonly requestsPerMonth: number;
  readonly mix?: Mix;
  readonly strategy: StrategyName;
  readonly slaMs: number;
  readonly networkMeanMs: number;
  readonly networkStdMs: number;
  readonly seed: number;
  readonly catalogue: string;
  readonly overheadMs: number;
  readonly profiles?: string;
  readonly url?: string;
  readonly uploadKb: number;
  readonly preparesPerRequest: number;
  readonly provisioned?: ReadonlyMap<string, number>;
  readonly architecture: Architecture;
  readonly region: string;
  readonly tracing?: true;
  readonly sizesMb?: readonly number[];
  readonly parallelShare?: number;
  readonly json?: true;
}

/** Number of simulated requests: enough to know shares to about half a percent. */
const simulatedRequests = 20_000;

const help = `
How requests spread over models is simulated, unless --mix is given: a strategy selects for requests
with normally distributed network times. Times are the catalogue's reference latencies plus
--overhead-ms, unless the profiles of a running service are given; those of a deployment are best.
Prices are list prices (lib/core/pricing/prices.json), without free tier. Cold starts are not counted,
except those that POST /v1/prepare brings forward.

Examples:
  mdi cost --requests-per-month 10e6
  mdi cost --requests-per-month 10e6 --sla-ms 150 --network-mean-ms 60 --strategy static-greedy
  mdi cost --requests-per-month 10e6 --mix nano-24=0.2,resnet-64-views12=0.8
  mdi cost --requests-per-month 10e3 --prepares-per-request 1
  mdi cost --requests-per-month 10e6 --sizes-mb 1769,5307
  mdi cost --requests-per-month 10e6 --url http://127.0.0.1:8787
  mdi cost --requests-per-month 10e6 --profiles models.json --provisioned selector=2,nano-24=1
  (models.json is what GET /v1/models answers)`;

/** `mdi cost`: what a deployment costs in a month. */
export function addCostCommand(program: Command): void {
  const command = program
    .command('cost')
    .description('estimate what a deployment costs in a month')
    .requiredOption('--requests-per-month <n>', 'such as 10e6', integerBetween(1, 1e12))
    .option(
      '--mix <model=share,...>',
      'how requests spread over models, shares from 0 to 1',
      namedNumbers(numberBetween(0, 1)),
    )
    .addOption(
      new Option('--strategy <name>', 'how models are selected')
        .choices(strategyNames)
        .default(strategyNames[0])
        .conflicts('mix'),
    )
    .option('--sla-ms <ms>', 'T_sla of simulated requests', numberBetween(0.001, maxSlaMs), 250)
    .option('--network-mean-ms <ms>', 'their mean network time', numberBetween(0, 1e6), 100)
    .option('--network-std-ms <ms>', 'its standard deviation', numberBetween(0, 1e6), 50)
    .option('--seed <n>', 'same seed, same mix', integerBetween(0, 2 ** 31), 1)
    .option('--catalogue <name>', 'a catalogue of models/, or a folder of your own', 'shapes')
    .option(
      '--overhead-ms <ms>',
      'added to the catalogue’s latencies: invoking and decoding',
      numberBetween(0, 1e6),
      defaultOverheadMs,
    )
    .addOption(
      new Option('--profiles <file>', 'profiles: an answer of GET /v1/models').conflicts([
        'url',
        'catalogue',
      ]),
    )
    .addOption(
      new Option('--url <url>', 'a running service, whose profiles are taken')
        .argParser(serviceAddress)
        .conflicts('catalogue'),
    )
    .option(
      '--upload-kb <kb>',
      'size of an image',
      numberBetween(0, 6_000),
      defaultAssumptions.uploadBytes / 1000,
    )
    .option(
      '--prepares-per-request <n>',
      'calls of POST /v1/prepare: 1 if every picture is announced, each after a pause',
      numberBetween(0, 100),
      0,
    )
    .option(
      '--provisioned <name=n,...>',
      'execution environments kept ready, of models or of "selector"',
      namedNumbers(integerBetween(0, 100_000)),
    )
    .addOption(
      new Option('--architecture <name>', 'processor of the functions')
        .choices(['x86_64', 'arm64'])
        .default('x86_64'),
    )
    .option('--region <name>', 'whose prices', 'us-east-1')
    .addOption(
      new Option(
        '--sizes-mb <mb,...>',
        'every model at these memory sizes, beside each of them alone',
      )
        .argParser(memorySizes)
        .conflicts('mix'),
    )
    .option('--tracing', 'the deployment has the property tracing: true')
    .option('--json', 'print the whole estimate as JSON');
  addScalingOptions(command)
    .addHelpText('after', help)
    .action(async (options: CostOptions) => {
      const report = await estimate(options);
      console.log(options.json ? JSON.stringify(report, null, 2) : describeCost(report));
    });
}

/** With every model at several sizes, each of these alone is estimated, too. */
async function estimate(options: CostOptions): Promise<CostReport> {
  const { sizesMb = [] } = options;
  const models = await readModels(options);
  const atThese = (mb: readonly number[]) => atSizes(models, mb, scalingBy(options));
  if (sizesMb.length === 0) return estimateOf(models, options);
  const all = estimateOf(atThese(sizesMb), options);
  if (sizesMb.length === 1) return all;
  const each = sizesMb.map((mb) => [mb]);
  return {
    ...all,
    sizes: [...each, sizesMb].map((mb) => {
      const { accuracyPct, totalUsd, usdPerMillionRequests } = estimateOf(
        atThese(mb),
        options,
      ).estimate;
      return { sizesMb: [...mb], accuracyPct, totalUsd, usdPerMillionRequests };
    }),
  };
}

function estimateOf(models: readonly PricedModel[], options: CostOptions): CostReport {
  const { region, architecture, requestsPerMonth, preparesPerRequest, uploadKb, tracing } = options;
  const { mix, simulated } = mixOf(options, models);
  const provisioned = readProvisioned(options.provisioned ?? new Map(), models);
  const report = costReport(
    { models, mix, requestsPerMonth, preparesPerRequest, provisioned },
    { region, architecture },
    {
      ...defaultAssumptions,
      uploadBytes: 1000 * uploadKb,
      ...(tracing && tracingAssumptions),
    },
  );
  return { ...report, ...(simulated && { simulated }) };
}

function mixOf(
  { mix, strategy, slaMs, networkMeanMs, networkStdMs, seed }: CostOptions,
  models: readonly PricedModel[],
): { mix: Mix; simulated?: SimulatedRequests } {
  if (mix) return { mix: checkMix(mix, models) };
  const requests = simulatedRequests;
  const simulated = { strategy, slaMs, networkMeanMs, networkStdMs, requests, seed };
  return { mix: simulateMix(models, simulated), simulated };
}

/** A model that happens to be named "selector" is provisioned together with the selector. */
function readProvisioned(
  counts: ReadonlyMap<string, number>,
  models: readonly PricedModel[],
): Deployment['provisioned'] {
  const names = ['selector', ...models.map(({ name }) => name)];
  const unknown = [...counts.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--provisioned: there is no "${unknown}", only ${names.join(', ')}`);
  }
  return { selector: counts.get('selector') ?? 0, models: counts };
}
