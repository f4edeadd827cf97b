import { join } from 'node:path';
import type { Command } from 'commander';
import { listLinks, readLinks } from '../../lib/evaluation/engine/network/links.ts';
import type {
  LinkConditions,
  LinkNetwork,
  SimulatedNetwork,
} from '../../lib/evaluation/engine/network/networks.ts';
import { profileSets } from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import { checkMeasured, readLadder } from '../../lib/evaluation/engine/uploads/ladder.ts';
import { defaultInputs, type Inputs } from '../../lib/evaluation/experiments/experiment.ts';
import { defaultLinkScenario } from '../../lib/evaluation/experiments/links-report.ts';
import {
  chooseExperiments,
  experiments,
  runExperiments,
  type Section,
} from '../../lib/evaluation/experiments/run.ts';
import { uploadModelsOf } from '../../lib/evaluation/experiments/uploads-findings.ts';
import type { UploadRow } from '../../lib/evaluation/experiments/uploads-report.ts';
import { loadDrawing } from '../../lib/evaluation/figures/render.ts';
import {
  difference,
  shown,
  summaryJson,
  summaryOfSections,
} from '../../lib/evaluation/report/summary.ts';
import { writeReport } from '../../lib/evaluation/report/write.ts';
import { integerBetween } from '../shared/options.ts';
import { plainTable, progressBar } from '../shared/output.ts';
import {
  addDeviceOption,
  addLinkOptions,
  addModelOptions,
  addRequestOptions,
  certainProfilesOf,
  type ModelOptions,
  networkOf,
  profilesOf,
} from '../shared/simulation-options.ts';
import { addTrafficOptions, readTraffic, type TrafficOptions } from '../shared/traffic.ts';
import { runUploadsShown } from '../shared/uploads.ts';
import { addSimulateLinksCommand } from './links.ts';
import { addLiveOptions, isLive, type LiveRunOptions } from './live-options.ts';

interface SimulateOptions extends LinkConditions, ModelOptions, TrafficOptions {
  readonly network?: string;
  readonly slasMs?: number[];
  readonly requests: number;
  readonly seed: number;
  readonly deviceAccuracyPct: number;
  readonly traces?: string;
  readonly rungs?: string;
  readonly out: string;
  readonly workers?: number;
  readonly json?: true;
}

const help = `
Experiments:
${experiments.map(({ name, source, title }) => `  ${name.padEnd(10)} ${source}: ${title}`).join('\n')}

Without models, network or SLAs of your own each is run as in the paper, and the paper's values stand
beside ours. Of --traffic, T_input, T_output and what clients reported of a request stay together; its own SLA counts
in the experiment traffic, those of the axis in the others. The report is written to --out: report.html, a figure <experiment>.svg each, points.csv,
points.json, summary.json; of a live run it is live.json (--json) and live.csv.

Examples:
  mdi simulate
  mdi simulate fig3a table4 --out /tmp/report
  mdi simulate fig3a --profiles c5 --network residential --slas-ms 100:2000:50
  mdi simulate all --url http://127.0.0.1:8787 --network csv:times.csv --slas-ms 50:300:10
  mdi simulate all --traces FOLDER --json > summary.json
  mdi simulate traffic fig3a --traffic functions.log --catalogue shapes
  mdi simulate --live http://127.0.0.1:8787 --traces FOLDER --trace NAME --rate 5 --duration 60`;

/** `mdi simulate`: the paper's evaluation and more, with the project's own selection code. */
export function addSimulateCommand(program: Command): void {
  const simulate = program
    .command('simulate')
    .description('run the paper’s evaluation, or the same with your models and network')
    .argument(
      '[experiments...]',
      `all, or some of ${experiments.map(({ name }) => name).join(', ')}`,
    )
    .enablePositionalOptions();
  addModelOptions(simulate);
  addRequestOptions(simulate, defaultInputs.requests);
  addTrafficOptions(simulate, 'the log of a deployment, whose requests are the network', [
    'network',
  ]);
  addDeviceOption(simulate)
    .option('--traces <folder>', 'recorded links: NAME.up and NAME.down of each')
    .option(
      '--rungs <file>',
      'practice, links: also what is sent over --traces, by a file of rungs or a catalogue.json',
    )
    .option('--out <folder>', 'where the report goes', 'simulation')
    .option('--workers <n>', 'threads; the results do not depend on it', integerBetween(1, 256))
    .option('--json', 'print [{experiment, condition, metric, paper, ours}] as JSON')
    .addHelpText('after', help)
    .action(simulateAll);
  addLinkOptions(simulate);
  addLiveOptions(simulate);
  addSimulateLinksCommand(simulate);
}

async function simulateAll(
  names: string[],
  options: SimulateOptions,
  command: Command,
): Promise<void> {
  if (isLive(command, names)) {
    // Loaded only here: the client, the image decoder and onnxruntime take time to load.
    const { simulateLive } = await import('./live.ts');
    return simulateLive(command.opts<LiveRunOptions>());
  }
  if (options.rungs !== undefined && options.traces === undefined) {
    command.error("error: option '--rungs <file>' needs '--traces <folder>'");
  }
  const given = await inputsOf(options);
  const { chosen, leftOut } = chooseExperiments(names.length > 0 ? names : ['all'], given);
  for (const { name, why } of leftOut) console.error(`Left out: ${name}: ${why}.`);
  const sends = chosen.some(({ name }) => name === 'practice' || name === 'links');
  const inputs = { ...given, uploads: sends ? await uploadsOf(options, given) : undefined };
  const bar = progressBar('points');
  const [sections] = await Promise.all([
    runExperiments(chosen, inputs, {
      workers: options.workers,
      onPlanned: (points) => bar.start(points, 0),
      onCell: () => bar.increment(),
    }).finally(() => bar.stop()),
    loadDrawing(),
  ]);
  const { requests, seed } = options;
  const typed = ['mdi', ...(command.parent?.args ?? [])].join(' ');
  const facts = { command: typed, requests, seed, sources: sourcesOf(inputs) };
  await writeReport(options.out, sections, facts);
  if (options.json) console.log(summaryJson(sections).trimEnd());
  else console.log(describe(sections));
  console.error(`${join(options.out, 'report.html')}`);
}

async function inputsOf(options: SimulateOptions): Promise<Inputs> {
  const { requests, seed, deviceAccuracyPct, slasMs, traces } = options;
  const profiles = await profilesOf(options);
  const certain = await certainProfilesOf(options);
  const traffic = options.traffic && (await readTraffic(options.traffic, options)).traffic.network;
  // Its SLAs are of one experiment alone.
  const network = traffic ? { ...traffic, slaMs: undefined } : networkOf(options);
  const links = traces === undefined ? undefined : linksOf(traces, options);
  return { requests, seed, deviceAccuracyPct, slasMs, profiles, certain, network, traffic, links };
}

/** What pictures come to that are sent over the links by the rungs, where both are given. */
async function uploadsOf(
  { traces, rungs, ...conditions }: SimulateOptions,
  given: Pick<Inputs, 'profiles' | 'slasMs'>,
): Promise<UploadRow[] | undefined> {
  if (traces === undefined || rungs === undefined) return undefined;
  const [links, ladder, models] = [readLinks(traces), readLadder(rungs), uploadModelsOf(given)];
  for (const { models: own } of models) checkMeasured(ladder, own, rungs);
  // More of them change nothing that a table shows.
  const requests = Math.min(conditions.requests, defaultLinkScenario.requests);
  const scenario = { ...defaultLinkScenario, ...conditions, requests };
  return runUploadsShown(links, ladder, scenario, models);
}

function linksOf(folder: string, conditions: LinkConditions): LinkNetwork[] {
  return listLinks(folder).map((name) => ({ kind: 'link', name, folder, conditions }));
}

function sourcesOf({ profiles, network }: Inputs): string[] {
  const used = profiles ? [profiles] : Object.values(profileSets);
  return [
    ...used.map(({ name, source }) =>
      name === source ? `Models: ${name}.` : `${name}: ${source}.`,
    ),
    ...(network ? [`Network: ${network.name}${orderOf(network)}.`] : []),
  ];
}

function orderOf(network: SimulatedNetwork): string {
  if (network.kind !== 'traffic') return '';
  return network.order === 'time' ? ', in the order of its time' : ', drawn at random';
}

/** The paper's numbers and ours side by side, or ours alone where there are none to compare with. */
function describe(sections: readonly Section[]): string {
  const table = plainTable(['experiment', 'condition', 'metric', 'paper', 'ours', 'difference'], {
    textColumns: 3,
    compact: true,
  });
  const rows = summaryOfSections(sections);
  const compared = rows.filter(({ paper }) => paper !== null);
  for (const { experiment, condition, metric, paper, ours } of compared.length > 0
    ? compared
    : rows) {
    const known = paper === null ? '' : shown(paper);
    table.push([experiment, condition, metric, known, shown(ours), difference(paper, ours)]);
  }
  const more = compared.length > 0 ? rows.length - compared.length : 0;
  return more > 0
    ? `${table}\nand ${more} numbers that the paper does not give (--json, summary.json, report.html)`
    : table.toString();
}
