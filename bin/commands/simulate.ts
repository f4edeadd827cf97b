import { setImmediate } from 'node:timers/promises';
import cliProgress from 'cli-progress';
import { type Command, InvalidArgumentError } from 'commander';
import { defaultLinkScenario, type LinkScenario } from '../../lib/simulation/link-experiment.ts';
import { readLinks } from '../../lib/simulation/links.ts';
import { countCells, type LinksReport, runLinks } from '../../lib/simulation/links-report.ts';
import { type SelectorName, selectorNames } from '../../lib/simulation/selectors.ts';
import { plainTable } from '../plain-table.ts';
import { integerBetween, numberBetween } from './options.ts';

interface LinksOptions extends LinkScenario {
  readonly traces: string;
  readonly strategies: SelectorName[];
  readonly json?: true;
}

const { requests, seed, ...conditions } = defaultLinkScenario;
const someBytes = numberBetween(1, 1e9);
const someMs = numberBetween(0, 1e6);

// Commander's name of each flag is the scenario's field.
const scenarioOptions = [
  ['--upload-mean-bytes <n>', 'mean upload', someBytes, conditions.uploadMeanBytes],
  ['--upload-std-bytes <n>', 'its deviation', numberBetween(0, 1e9), conditions.uploadStdBytes],
  ['--answer-bytes <n>', 'size of an answer', someBytes, conditions.answerBytes],
  ['--base-delay-ms <ms>', 'each way, beside the link', someMs, conditions.baseDelayMs],
  ['--base-jitter-ms <ms>', 'its deviation', someMs, conditions.baseJitterMs],
  ['--pause-ms <ms>', 'mean pause between requests', someMs, conditions.pauseMs],
  [
    '--clock-offset-ms <ms>',
    'error of T_input',
    numberBetween(-1e6, 1e6),
    conditions.clockOffsetMs,
  ],
  ['--clock-error-ms <ms>', 'what is kept in hand for it', someMs, conditions.clockErrorMs],
  [
    '--device-accuracy-pct <percent>',
    'top-1 of the model on the device',
    numberBetween(0, 100),
    conditions.deviceAccuracyPct,
  ],
] as const;

/** `mdi simulate`: experiments with the project's own selection code. */
export function addSimulateCommand(program: Command): void {
  const simulate = program
    .command('simulate')
    .description('try the selection strategies without a network');
  const command = simulate
    .command('links')
    .description('strategies over recorded mobile links (Mahimahi packet-delivery traces)')
    .requiredOption('--traces <folder>', 'folder with NAME.up and NAME.down of each link')
    .option('--strategies <names>', `some of ${selectorNames.join(', ')}`, readSelectors, [
      'three-stage',
      'expected-accuracy',
      'oracle',
    ] as SelectorName[])
    .option('--requests <n>', 'requests a cell', integerBetween(1, 1_000_000), requests)
    .option('--seed <n>', 'same seed, same result', integerBetween(0, 2 ** 31), seed)
    .option('--json', 'print {cells, means} as JSON')
    .action(links);
  for (const [flags, description, parse, byDefault] of scenarioOptions) {
    command.option(flags, description, parse, byDefault);
  }
}

async function links({ traces, strategies, json, ...scenario }: LinksOptions): Promise<void> {
  const recorded = readLinks(traces);
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % | {value} of {total} cells',
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(countCells(recorded, strategies), 0);
  const report = await runLinks(
    recorded,
    strategies,
    { ...defaultLinkScenario, ...scenario },
    async () => {
      bar.increment();
      await setImmediate();
    },
  ).finally(() => bar.stop());
  console.log(json ? JSON.stringify(report) : describe(report, strategies));
}

function readSelectors(text: string): SelectorName[] {
  return text.split(',').map((name) => {
    const known = selectorNames.find((selector) => selector === name.trim());
    if (known) return known;
    throw new InvalidArgumentError(`"${name}" is none of ${selectorNames.join(', ')}.`);
  });
}

/** A row for each profile, link and SLA, with accuracy / on-device reliance of every strategy. */
function describe({ cells, means }: LinksReport, strategies: readonly SelectorName[]): string {
  const columns = strategies.map((name) => `${name}\naccuracy / reliance %`);
  const table = plainTable(['profile', 'link', 'SLA ms', ...columns], {
    textColumns: 2,
    compact: true,
  });
  const show = (values: { accuracyPct: number; reliancePct: number } | undefined) =>
    values ? `${values.accuracyPct.toFixed(2)} / ${values.reliancePct.toFixed(2)}` : '';
  const rows = Map.groupBy(cells, ({ profile, trace, slaMs }) => `${profile}\n${trace}\n${slaMs}`);
  for (const [key, row] of rows) {
    const values = strategies.map((name) => show(row.find(({ strategy }) => strategy === name)));
    table.push([...key.split('\n'), ...values]);
  }
  table.push(['mean', '', '', ...strategies.map((name) => show(means[name]))]);
  return table.toString();
}
