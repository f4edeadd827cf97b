import type { Command } from 'commander';
import {
  adviseDuplication,
  type DuplicationAdvice,
} from '../../lib/evaluation/advise/duplication.ts';
import { deviceTime } from '../../lib/evaluation/experiments/approaches.ts';
import { numberBetween } from '../shared/options.ts';
import { plainTable } from '../shared/output.ts';
import { addDeviceOption, readPercents } from '../shared/simulation-options.ts';
import { type AdviseOptions, addAdviseOptions, questionOf, situation } from './options.ts';

interface DuplicationOptions extends AdviseOptions {
  readonly riskPct: number[];
  readonly deviceMeanMs: number;
  readonly deviceStdMs: number;
}

const help = `
The cloud's answer is shown when it comes, the device's at the SLA. So the device can wait: it starts as
late as it can and still finish in time, and not at all if the answer has come by then. The risk is the
share of requests that may remain without an answer in time.

Examples:
  mdi advise duplication
  mdi advise duplication --risk-pct 0,0.1,1 --device-mean-ms 60 --device-std-ms 10
  mdi advise duplication --network link:FOLDER/NAME --slas-ms 250,500`;

/** `mdi advise duplication`: how many requests need no run on the device. */
export function addAdviseDuplicationCommand(advise: Command): void {
  const command = advise
    .command('duplication')
    .description('how long the device may wait, and how many of its runs that saves')
    .option('--risk-pct <list>', 'requests without an answer in time', readPercents, [0, 0.1, 1])
    .option(
      '--device-mean-ms <ms>',
      'how long the device’s model takes',
      numberBetween(0.001, 1e6),
      deviceTime.meanMs,
    )
    .option('--device-std-ms <ms>', 'its deviation', numberBetween(0, 1e6), deviceTime.stdMs);
  addDeviceOption(addAdviseOptions(command)).addHelpText('after', help).action(duplication);
}

async function duplication(options: DuplicationOptions): Promise<void> {
  const { riskPct, deviceMeanMs, deviceStdMs } = options;
  const question = await questionOf(options);
  const device = { meanMs: deviceMeanMs, stdMs: deviceStdMs };
  const advice = adviseDuplication(question, device, riskPct);
  console.log(
    options.json
      ? JSON.stringify(advice, null, 2)
      : [
          `${situation(question)}; the device takes ${deviceMeanMs} ± ${deviceStdMs} ms`,
          tableOf(advice),
          verdict(advice),
        ].join('\n'),
  );
}

function tableOf(advice: readonly DuplicationAdvice[]): string {
  const table = plainTable(
    ['SLA ms', 'risk %', 'device starts at ms', 'runs saved %', 'missed %', 'accuracy %'],
    { textColumns: 0, compact: true },
  );
  for (const { slaMs, riskPct, startMs, skippedPct, missedPct, accuracyPct } of advice) {
    table.push([
      ...[slaMs, riskPct, startMs === undefined ? 'never' : startMs.toFixed(0)],
      ...[skippedPct.toFixed(1), missedPct.toFixed(2), accuracyPct.toFixed(2)],
    ]);
  }
  return table.toString();
}

function verdict(advice: readonly DuplicationAdvice[]): string {
  const last = advice.at(-1);
  if (!last) return '';
  const when =
    last.startMs === undefined ? 'never runs' : `starts at ${last.startMs.toFixed(0)} ms`;
  return `With an SLA of ${last.slaMs} ms and a risk of ${last.riskPct} % the device ${when}: ${last.skippedPct.toFixed(1)} % of its runs are saved.`;
}
