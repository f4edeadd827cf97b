import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultOverheadMs } from '../../lib/evaluation/cost/assumptions.ts';
import type { SimulatedNetwork } from '../../lib/evaluation/engine/network/networks.ts';
import {
  defaultLinkConditions,
  type LinkConditions,
} from '../../lib/evaluation/engine/network/networks.ts';
import { networkForms, readNetwork } from '../../lib/evaluation/engine/network/read-network.ts';
import {
  deviceAccuracyPct,
  type ProfileSet,
  type ProfileSetName,
  profileSets,
} from '../../lib/evaluation/engine/profiles/profile-sets.ts';
import { integerBetween, numberBetween } from './options.ts';
import type { ModelSource } from './read-models.ts';
import { serviceAddress } from './service-address.ts';

/** The options that say which models are simulated. */
export interface ModelOptions extends Partial<ModelSource> {
  readonly overheadMs: number;
}

const someBytes = numberBetween(1, 1e9);
const someMs = numberBetween(0, 1e6);

// Commander's name for each flag is the field of the condition.
const linkOptions = [
  ['--upload-mean-bytes <n>', 'mean upload', someBytes, 'uploadMeanBytes'],
  ['--upload-std-bytes <n>', 'its deviation', numberBetween(0, 1e9), 'uploadStdBytes'],
  ['--answer-bytes <n>', 'size of an answer', someBytes, 'answerBytes'],
  ['--base-delay-ms <ms>', 'added to each way over the link', someMs, 'baseDelayMs'],
  ['--base-jitter-ms <ms>', 'its deviation', someMs, 'baseJitterMs'],
  ['--pause-ms <ms>', 'mean pause between requests', someMs, 'pauseMs'],
  ['--clock-offset-ms <ms>', 'error of T_input', numberBetween(-1e6, 1e6), 'clockOffsetMs'],
] as const satisfies readonly (readonly [string, string, unknown, keyof LinkConditions])[];

/** Adds the options of what is sent over recorded links. */
export function addLinkOptions(command: Command): Command {
  for (const [flags, description, parse, field] of linkOptions) {
    command.option(flags, description, parse, defaultLinkConditions[field]);
  }
  return command;
}

/** Adds the option of the on-device model's accuracy. */
export function addDeviceOption(command: Command): Command {
  return command.option(
    '--device-accuracy-pct <percent>',
    'top-1 of the model on the device',
    numberBetween(0, 100),
    deviceAccuracyPct,
  );
}

/** Adds the options of which models are simulated. */
export function addModelOptions(command: Command): Command {
  const names = Object.keys(profileSets).join(', ');
  return command
    .addOption(
      new Option(
        '--profiles <name|file>',
        `models: ${names}, or a file with an answer of GET /v1/models`,
      ).conflicts(['url', 'catalogue']),
    )
    .addOption(
      new Option('--url <url>', 'a running service, whose profiles are taken')
        .argParser(serviceAddress)
        .conflicts('catalogue'),
    )
    .option('--catalogue <name>', 'a catalogue of models/, or a folder of your own')
    .option(
      '--overhead-ms <ms>',
      'added to a catalogue’s latencies: invoking and decoding',
      someMs,
      defaultOverheadMs,
    );
}

/** Adds the options of network, SLAs and requests. */
export function addRequestOptions(command: Command, requests: number): Command {
  return addPointOptions(command.option('--network <form>', networkForms.join(', ')), requests);
}

/** Adds the options of SLAs and requests. */
export function addPointOptions(command: Command, requests: number): Command {
  return command
    .option('--slas-ms <list>', 'such as 100,250 or 50:300:10', readNumbers)
    .option('--requests <n>', 'of each point', integerBetween(1, 1_000_000), requests)
    .option('--seed <n>', 'same seed, same result', integerBetween(0, 2 ** 31), 1);
}

/**
 * The models that were asked for.
 *
 * @returns undefined when none were
 * @throws Error when they cannot be read
 */
export async function profilesOf(options: ModelOptions): Promise<ProfileSet | undefined> {
  const { profiles, url, catalogue, overheadMs } = options;
  if (profiles !== undefined && profiles in profileSets) {
    return profileSets[profiles as ProfileSetName];
  }
  const name = url ?? profiles ?? catalogue;
  if (name === undefined) return undefined;
  // Loaded only here: the schemas of catalogues and services take time to load.
  const { readDevice, readModels } = await import('./read-models.ts');
  const models = await readModels({ url, profiles, catalogue: catalogue ?? '', overheadMs });
  const isCatalogue = url === undefined && profiles === undefined;
  const device = isCatalogue ? readDevice(name) : undefined;
  return { name, source: name, models, device };
}

/** The project's own catalogue, of which everything was measured. */
export const ownCatalogue = 'shapes';

/**
 * Models of which it was measured how sure the device's is: those that were asked for, or without any, the
 * project's own.
 *
 * @throws Error when they cannot be read
 */
export async function certainProfilesOf(options: ModelOptions): Promise<ProfileSet | undefined> {
  const { profiles, url, catalogue = ownCatalogue, overheadMs } = options;
  if (profiles !== undefined || url !== undefined) return undefined;
  const set = await profilesOf({ catalogue, overheadMs });
  return set?.device && set;
}

/**
 * The network that was asked for, if one was.
 *
 * @throws {@link InvalidNetworkError} when the option has none of the forms, or its file cannot be used
 * @throws {@link TraceError} when the folder of a link cannot be used
 */
export function networkOf(
  options: LinkConditions & { readonly network?: string },
): SimulatedNetwork | undefined {
  return options.network === undefined ? undefined : readNetwork(options.network, options);
}

/** Reads `100,250` or `50:300:10` (from, to, step) as numbers in ascending order. */
function readNumbers(text: string): number[] {
  const [from = Number.NaN, to = Number.NaN, step = Number.NaN, ...more] = text
    .split(':')
    .map(toNumber);
  if (text.includes(':')) {
    if (!(step > 0 && from <= to && (to - from) / step < 1_000) || more.length > 0) {
      throw new InvalidArgumentError('It must be FROM:TO:STEP with at most 1000 steps.');
    }
    const count = Math.floor((to - from) / step + 1e-9) + 1;
    return Array.from({ length: count }, (_, i) => from + i * step);
  }
  const numbers = text.split(',').map(toNumber);
  if (!numbers.every((number) => number >= 0 && number <= 1e6)) {
    throw new InvalidArgumentError('It must be numbers from 0 to 1000000, such as 100,250.');
  }
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Reads percentages such as `0,0.1,1`, in ascending order. */
export function readPercents(text: string): number[] {
  const parse = numberBetween(0, 100);
  return [...new Set(text.split(',').map(parse))].sort((a, b) => a - b);
}

function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
