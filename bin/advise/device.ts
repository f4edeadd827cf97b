import type { Command } from 'commander';
import {
  adviseDevice,
  type CarriedModel,
  type DeviceAdvice,
} from '../../lib/evaluation/advise/device.ts';
import { defaultQuestion } from '../../lib/evaluation/advise/question.ts';
import { profileSets } from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import { numberBetween } from '../shared/options.ts';
import { plainTable } from '../shared/output.ts';
import { profilesOf } from '../shared/simulation-options.ts';
import { type AdviseOptions, addAdviseOptions, questionOf, situation } from './options.ts';

interface DeviceOptions extends AdviseOptions {
  readonly deviceProfiles: string;
  readonly slowdown: number;
  readonly within: number;
}

/** NasNet Mobile takes 236 ms on a Pixel 2 (paper, Section IV-A) and 101 ms on c5. */
const pixel2Slowdown = 2.34;

const help = `
Every model is tried as the one on the device; its times are those of --device-profiles multiplied by
--slowdown: ${pixel2Slowdown} for a Pixel 2 compared with a c5 server (NasNet Mobile: 236 ms in the paper, 101 ms on
c5), 5.85 for the paper's slower phones. The advised model is the fastest within --within points of the
best.

Examples:
  mdi advise device
  mdi advise device --slowdown 5.85 --slas-ms 250,500
  mdi advise device --device-profiles phone.json --slowdown 1   (the form of GET /v1/models)`;

/** `mdi advise device`: which model a device should carry. */
export function addAdviseDeviceCommand(advise: Command): void {
  const command = advise
    .command('device')
    .description('which model a device should carry')
    .option(
      '--device-profiles <name|file>',
      `models for the device: ${Object.keys(profileSets).join(', ')}, or a file`,
      'c5',
    )
    .option(
      '--slowdown <times>',
      'how many times slower the device is',
      numberBetween(0.001, 10_000),
      pixel2Slowdown,
    )
    .option('--within <points>', 'of accuracy', numberBetween(0, 100), 0.5);
  addAdviseOptions(command).addHelpText('after', help).action(device);
}

async function device({ deviceProfiles, slowdown, within, ...options }: DeviceOptions) {
  const question = await questionOf(options);
  const set = await profilesOf({ profiles: deviceProfiles, overheadMs: 0 });
  const onDevice = (set ?? defaultQuestion.profiles).models.map((model) => ({
    ...model,
    meanMs: slowdown * model.meanMs,
    stdMs: slowdown * model.stdMs,
  }));
  const advice = adviseDevice(question, onDevice, within);
  const head = `${situation(question)}; on the device ${deviceProfiles} times ${slowdown}`;
  console.log(
    options.json
      ? JSON.stringify(asJson(advice), null, 2)
      : [head, tableOf(advice), verdict(advice, within)].join('\n'),
  );
}

function tableOf({ carried, best, advised }: DeviceAdvice): string {
  const table = plainTable(
    ['on the device', '', 'its top-1 %', 'its ms', 'in time %', 'users get %', 'missed %'],
    { textColumns: 2, compact: true },
  );
  for (const one of carried) {
    const mark = one === advised ? 'advised' : one === best ? 'best' : '';
    table.push([
      ...[one.model.name, mark, one.model.accuracyPct.toFixed(1), one.deviceMs.toFixed(0)],
      ...[one.inTimePct.toFixed(1), one.accuracyPct.toFixed(2), one.missedPct.toFixed(2)],
    ]);
  }
  return table.toString();
}

function verdict({ best, advised }: DeviceAdvice, within: number): string {
  const cost = `${advised.model.name}: users get ${advised.accuracyPct.toFixed(2)} % for ${advised.deviceMs.toFixed(0)} ms of the device with each request`;
  return advised === best
    ? `${cost}; none is better.`
    : `${cost}. Within ${within} points of ${best.model.name}, which gives ${best.accuracyPct.toFixed(2)} % for ${best.deviceMs.toFixed(0)} ms.`;
}

function asJson({ carried, best, advised }: DeviceAdvice) {
  const plain = ({ model, ...numbers }: CarriedModel) => ({
    ...{ model: model.name, ownAccuracyPct: model.accuracyPct, ...numbers },
  });
  return { advised: plain(advised), best: plain(best), carried: carried.map(plain) };
}
