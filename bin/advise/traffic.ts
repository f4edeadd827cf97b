import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { priceList, pricesOf } from '../../lib/core/pricing/prices.ts';
import { type StrategyName, strategyNames } from '../../lib/core/selection/strategies.ts';
import type { Candidate } from '../../lib/core/selection/types.ts';
import type { TrafficAdvice } from '../../lib/evaluation/advise/traffic.ts';
import { defaultAssumptions } from '../../lib/evaluation/cost/assumptions.ts';
import { estimateCost } from '../../lib/evaluation/cost/estimate.ts';
import { usageOf } from '../../lib/evaluation/cost/usage.ts';
import type { ProfileSet } from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import type { TrafficModel } from '../../lib/evaluation/traffic/models.ts';
import type { Traffic } from '../../lib/evaluation/traffic/traffic.ts';
import { integerBetween, numberBetween } from '../shared/options.ts';
import { progressBar } from '../shared/output.ts';
import { addModelOptions, type ModelOptions, profilesOf } from '../shared/simulation-options.ts';
import { pricedModelsOf } from '../shared/sizes.ts';
import { addTrafficOptions, readTraffic, type TrafficOptions } from '../shared/traffic.ts';
import { type AskedOfTraffic, describeTraffic } from './traffic-tables.ts';

/** Options of `mdi advise --traffic`. */
interface AdviseTrafficOptions extends ModelOptions, TrafficOptions {
  readonly strategy?: StrategyName;
  readonly deviceAccuracyPct?: number;
  readonly slowdown: number;
  readonly slaFactors: number[];
  readonly within: number;
  readonly requestsPerMonth?: number;
  readonly region: string;
  readonly requests?: number;
  readonly seed: number;
  readonly figure?: string;
  readonly json?: true;
}

/** Enough to tell ways to serve apart to a tenth of a point. */
const mostRequests = 10_000;

const help = `
With --traffic, advice for the requests that a deployment really had: it logs a line of each (docs/operations.md).
The files are logs as CloudWatch gives them or mdi start writes them, compressed or not. SLA, T_input, T_output and
what the client reported belong to each request; models have the service times that were logged of them, where
there are enough, and otherwise those of --url, --profiles or --catalogue. Without hedging.

Advised is what is within --within points of the best and costs the least, has the fewest models, the shortest
SLAs, or is the fastest on the device.

Examples:
  mdi advise --traffic .mdinference/functions.log --catalogue shapes
  aws logs tail LOG-GROUP --since 1d --format short | mdi advise --traffic - --url https://api.example.com
  mdi advise --traffic monday.json.gz --traffic tuesday.json.gz --figure traffic.svg`;

/** Adds `mdi advise --traffic`: all advice at once, for traffic that really came. */
export function addAdviseTrafficOptions(advise: Command): void {
  addTrafficOptions(
    advise.optionsGroup('For the requests of a deployment:'),
    'the log of a deployment',
    [],
  );
  addModelOptions(advise)
    .addOption(
      new Option('--strategy <name>', 'how models are selected (default: as in the log)').choices(
        strategyNames,
      ),
    )
    .option(
      '--device-accuracy-pct <percent>',
      'top-1 of the model on the device (default: as in the log, else there is none)',
      numberBetween(0, 100),
    )
    .option(
      '--slowdown <times>',
      'how many times slower the device is',
      numberBetween(0.001, 10_000),
      5.85,
    )
    .option(
      '--sla-factors <list>',
      'what SLAs are multiplied by',
      readFactors,
      [0.5, 0.75, 1, 1.5, 2],
    )
    .option('--within <points>', 'of accuracy', numberBetween(0, 100), 1)
    .option(
      '--requests-per-month <n>',
      'such as 10e6 (default: as often as in the log)',
      integerBetween(1, 1e12),
    )
    .option('--region <name>', 'whose prices', 'us-east-1')
    .option(
      '--requests <n>',
      `of each way (default: those of the log, ${mostRequests.toLocaleString('en')} at most)`,
      integerBetween(1, 1_000_000),
    )
    .option('--seed <n>', 'same seed, same result', integerBetween(0, 2 ** 31), 1)
    .option('--figure <file>', 'draw what users get and what it costs as an SVG')
    .option('--json', 'print the advice as JSON')
    .addHelpText('after', help)
    .allowExcessArguments()
    .action(adviseForTraffic)
    // Each kind of advice has options of its own.
    .hook('preSubcommand', () => {
      if (advise.getOptionValueSource('traffic') !== 'cli') return;
      advise.error("error: option '--traffic <file>' gives all advice at once, without a command");
    });
}

async function adviseForTraffic(options: AdviseTrafficOptions, command: Command): Promise<void> {
  const { traffic: files } = options;
  const [unknown] = command.args;
  if (unknown !== undefined) command.error(`error: unknown command '${unknown}'`);
  // What commander does with a command that only has others.
  if (files === undefined) command.help({ error: true });
  const { traffic, log } = await readTraffic(files, options);
  const [{ adviseTraffic }, { modelsOfTraffic }] = await Promise.all([
    import('../../lib/evaluation/advise/traffic.ts'),
    import('../../lib/evaluation/traffic/models.ts'),
  ]);
  const set = await profilesOf(options);
  const models = modelsOfTraffic(traffic.requests, set?.models);
  const asked = questionOf(options, traffic, models);
  const bar = progressBar('points tried');
  bar.start(0, 0);
  const advice = await adviseTraffic(
    traffic,
    { ...asked, onDevice: onDeviceOf(set ?? { models }, options) },
    {
      onCell: () => {
        bar.setTotal(bar.getTotal() + 1);
        bar.increment();
      },
    },
  ).finally(() => bar.stop());
  if (options.figure !== undefined) await draw(options.figure, advice);
  console.log(
    options.json
      ? JSON.stringify(asJson(advice, traffic), null, 2)
      : describeTraffic(advice, { traffic, log, models, asked, slowdown: options.slowdown }),
  );
}

function questionOf(
  options: AdviseTrafficOptions,
  traffic: Traffic,
  models: readonly TrafficModel[],
): AskedOfTraffic {
  const { within, slaFactors, seed, region } = options;
  const { requests = Math.min(mostRequests, traffic.requests.length) } = options;
  const deployed = traffic.requests.at(-1)?.strategy ?? strategyNames[0];
  const requestsPerMonth = options.requestsPerMonth ?? traffic.requestsPerMonth ?? 1;
  const prices = pricesOf(region);
  return {
    ...{ models, slaFactors, withinPct: within, requests, seed, requestsPerMonth },
    strategy: options.strategy ?? deployed,
    strategies: [...strategyNames.filter((name) => name !== 'three-stage-as-printed'), 'oracle'],
    deviceAccuracyPct: options.deviceAccuracyPct ?? traffic.deviceAccuracyPct ?? 0,
    pricesOf: `${region}, ${priceList.asOf}`,
    usdPerMonth: (mix) => {
      const used = pricedModelsOf({ models: models.filter(({ name }) => mix.has(name)) });
      const provisioned = { selector: 0, models: new Map<string, number>() };
      const usage = usageOf(
        { models: used, mix, requestsPerMonth, provisioned },
        defaultAssumptions,
      );
      return estimateCost(usage, prices, 'x86_64').totalUsd;
    },
  };
}

/** The models as they would run on a device, where nothing has to be invoked. */
function onDeviceOf(
  { models, device }: Pick<ProfileSet, 'models' | 'device'>,
  { catalogue, overheadMs, slowdown }: AdviseTrafficOptions,
): Candidate[] {
  const invokedMs = catalogue === undefined ? 0 : overheadMs;
  const own = device && !models.some(({ name }) => name === device.name) ? [device] : [];
  return [...models.map((it) => ({ ...it, meanMs: it.meanMs - invokedMs })), ...own].map(
    ({ name, accuracyPct, meanMs, stdMs }) => {
      return { name, accuracyPct, meanMs: slowdown * meanMs, stdMs: slowdown * stdMs };
    },
  );
}

async function draw(file: string, advice: TrafficAdvice): Promise<void> {
  const [{ renderSvg }, { trafficFigure }] = await Promise.all([
    import('../../lib/evaluation/figures/render.ts'),
    import('../../lib/evaluation/advise/traffic-figure.ts'),
  ]);
  writeFileSync(file, await renderSvg(trafficFigure(advice)('wide')));
}

function asJson({ devices, ...advice }: TrafficAdvice, traffic: Traffic) {
  const { requests, spanMs, medianSlaMs, reportedPct, guessedPct, network } = traffic;
  return {
    traffic: {
      ...{ files: network.name, order: network.order, requests: requests.length, spanMs },
      ...{ medianSlaMs, reportedPct, guessedPct },
    },
    ...(JSON.parse(
      JSON.stringify(advice, (_, value: unknown) =>
        value instanceof Map ? Object.fromEntries(value) : value,
      ),
    ) as object),
    devices: devices.carried.map(({ model, ...numbers }) => ({
      ...{ model: model.name, ownAccuracyPct: model.accuracyPct, ...numbers },
      isAdvised: model === devices.advised.model,
    })),
  };
}

/** Reads `0.5,1,2`, each once and in ascending order. */
function readFactors(text: string): number[] {
  const parse = numberBetween(0.01, 100);
  return [...new Set(text.split(',').map(parse))].sort((a, b) => a - b);
}
