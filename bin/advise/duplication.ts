import type { Command } from 'commander';
import {
  adviseDuplication,
  type DuplicationAdvice,
} from '../../lib/evaluation/advise/duplication.ts';
import type { Question } from '../../lib/evaluation/advise/question.ts';
import { adviseUploads, type UploadAdvice } from '../../lib/evaluation/advise/uploads.ts';
import { defaultSpending } from '../../lib/evaluation/engine/energy.ts';
import type { ProfileSet } from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import { deviceTime } from '../../lib/evaluation/experiments/approaches.ts';
import { numberBetween } from '../shared/options.ts';
import { plainTable } from '../shared/output.ts';
import { addDeviceOption, certainProfilesOf, readPercents } from '../shared/simulation-options.ts';
import { type AdviseOptions, addAdviseOptions, questionOf, situation } from './options.ts';

interface DuplicationOptions extends AdviseOptions {
  readonly riskPct: number[];
  readonly deviceMeanMs: number;
  readonly deviceStdMs: number;
  readonly surePct: number[];
  readonly uploadKb: number;
  readonly uploadMj: number;
  readonly runW: number;
}

const help = `
The cloud's answer is shown when it comes, the device's at the SLA. So the device can wait: it starts as
late as it can and still finish in time, and not at all if the answer has come by then. The risk is the
share of requests that may remain without an answer in time.

The other way round, a device that is sure of its answer need not upload the picture (cloud: 'when-unsure').
That is shown for models of which it was measured together how often they are right where the device is sure
(mdi models evaluate --write): those of --catalogue, else the project's own. The device runs first, and takes
5.85 times as long as the catalogue says, as on a slow phone. Energy is of uploads over LTE and of runs on one
core; rough, see --upload-mj and --run-w.

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
    .option('--device-std-ms <ms>', 'its deviation', numberBetween(0, 1e6), deviceTime.stdMs)
    .option(
      '--sure-pct <list>',
      'thresholds for leaving out uploads, beside the client’s own',
      readPercents,
      [],
    )
    .option(
      '--upload-kb <kb>',
      'size of a picture',
      numberBetween(0, 1e6),
      defaultSpending.uploadBytes / 1000,
    )
    .option('--upload-mj <mJ>', 'uploading one', numberBetween(0, 1e6), defaultSpending.uploadMj)
    .option(
      '--run-w <W>',
      'power of a run on the device',
      numberBetween(0, 1e3),
      defaultSpending.runW,
    );
  addDeviceOption(addAdviseOptions(command)).addHelpText('after', help).action(duplication);
}

async function duplication(options: DuplicationOptions): Promise<void> {
  const { riskPct, deviceMeanMs, deviceStdMs } = options;
  const question = await questionOf(options);
  const device = { meanMs: deviceMeanMs, stdMs: deviceStdMs };
  const advice = adviseDuplication(question, device, riskPct);
  const certain = await certainProfilesOf(options);
  const uploads = certain?.device && uploadsOf({ ...question, profiles: certain }, options);
  console.log(
    options.json
      ? JSON.stringify({ duplication: advice, uploads: uploads ?? [] }, null, 2)
      : [
          `${situation(question)}; the device takes ${deviceMeanMs} ± ${deviceStdMs} ms`,
          tableOf(advice),
          verdict(advice),
          ...(uploads && certain ? ['', uploadsTable(certain, uploads)] : []),
        ].join('\n'),
  );
}

function uploadsOf(
  question: Question,
  { surePct, uploadKb, uploadMj, runW }: DuplicationOptions,
): UploadAdvice[] {
  const { device } = question.profiles;
  const spending = { uploadBytes: 1000 * uploadKb, uploadMj, runW };
  return device ? adviseUploads(question, device, [undefined, ...surePct], spending) : [];
}

function uploadsTable({ name, device }: ProfileSet, advice: readonly UploadAdvice[]): string {
  const columns = ['sure from %', 'uploads saved %', 'accuracy %', 'KB', 'mJ'];
  const head = ['SLA ms', ...columns, 'else accuracy %', 'KB', 'mJ'];
  const table = plainTable(head, { textColumns: 0, compact: true });
  for (const row of advice) {
    table.push([
      ...[row.slaMs, row.surePct ?? 'the cloud', row.savedPct.toFixed(1)],
      ...[row.accuracyPct.toFixed(2), row.kilobytes.toFixed(1), row.millijoules.toFixed(0)],
      ...[row.alwaysAccuracyPct.toFixed(2), row.alwaysKilobytes.toFixed(1)],
      row.alwaysMillijoules.toFixed(0),
    ]);
  }
  const { rightAlongside = {}, meanMs = 0 } = device ?? {};
  const independent =
    Object.keys(rightAlongside).length === 0
      ? ' The cloud is taken to be right as often whatever the device makes of a picture, which flatters the device.'
      : '';
  return [
    `The cloud only when unsure: models of ${name}, on the device ${device?.name}, ${meanMs.toFixed(1)} ms.${independent}`,
    table.toString(),
  ].join('\n');
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
