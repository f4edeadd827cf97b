import { setImmediate } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { readLinks } from '../../lib/evaluation/engine/network/links.ts';
import { type SelectorName, selectorNames } from '../../lib/evaluation/engine/selectors.ts';
import { readLadder } from '../../lib/evaluation/engine/uploads/ladder.ts';
import {
  countCells,
  defaultLinkScenario,
  type LinkScenario,
  type LinksReport,
  runLinks,
} from '../../lib/evaluation/experiments/links-report.ts';
import {
  countUploads,
  linkModels,
  runUploads,
} from '../../lib/evaluation/experiments/uploads-report.ts';
import { integerBetween, numberBetween } from '../shared/options.ts';
import { plainTable, progressBar } from '../shared/output.ts';
import { addDeviceOption, addLinkOptions } from '../shared/simulation-options.ts';
import { uploadsTable } from '../shared/uploads.ts';

interface LinksOptions extends LinkScenario {
  readonly traces: string;
  readonly rungs?: string;
  readonly strategies: SelectorName[];
  readonly json?: true;
}

const { requests, seed, clockErrorMs } = defaultLinkScenario;
const uploadsHead = 'Means over profiles and SLAs; the service chooses by expected accuracy:';

/** `mdi simulate links`: strategies over recorded links, as a table. */
export function addSimulateLinksCommand(simulate: Command): void {
  const command = simulate
    .command('links')
    .description('strategies over recorded mobile links (Mahimahi packet-delivery traces)')
    .requiredOption('--traces <folder>', 'folder with NAME.up and NAME.down of each link')
    .option('--strategies <names>', `some of ${selectorNames.join(', ')}`, readSelectors, [
      'three-stage',
      'expected-accuracy',
      'oracle',
    ] as SelectorName[])
    .option(
      '--rungs <file>',
      'also what is sent: a file of rungs, or a catalogue.json whose uploads have been measured',
    )
    .option('--requests <n>', 'requests a cell', integerBetween(1, 1_000_000), requests)
    .option('--seed <n>', 'same seed, same result', integerBetween(0, 2 ** 31), seed)
    .option(
      '--clock-error-ms <ms>',
      'margin for errors of the phone’s clock',
      numberBetween(0, 1e6),
      clockErrorMs,
    )
    .option('--json', 'print {cells, means, uploads} as JSON')
    .action(links);
  addDeviceOption(addLinkOptions(command));
}

async function links({ traces, strategies, json, rungs, ...options }: LinksOptions): Promise<void> {
  const recorded = readLinks(traces);
  const ladder = rungs === undefined ? undefined : readLadder(rungs);
  const scenario = { ...defaultLinkScenario, ...options };
  const bar = progressBar('cells');
  const advance = async () => {
    bar.increment();
    await setImmediate();
  };
  bar.start(countCells(recorded, strategies) + (ladder ? countUploads(recorded, ladder) : 0), 0);
  try {
    const report = await runLinks(recorded, strategies, scenario, advance);
    const uploads = ladder && (await runUploads(recorded, ladder, scenario, linkModels, advance));
    bar.stop();
    if (json) console.log(JSON.stringify({ ...report, ...(uploads && { uploads }) }));
    else
      console.log(
        [
          describe(report, strategies),
          ...(uploads ? [uploadsHead, uploadsTable(uploads)] : []),
        ].join('\n'),
      );
  } finally {
    bar.stop();
  }
}

function readSelectors(text: string): SelectorName[] {
  return text.split(',').map((name) => {
    const known = selectorNames.find((selector) => selector === name.trim());
    if (known) return known;
    throw new InvalidArgumentError(`"${name}" is none of ${selectorNames.join(', ')}.`);
  });
}

/** A row for each profile set, link and SLA, with accuracy / on-device reliance of every strategy. */
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
