import { type Command, Option } from 'commander';
import type { CloudUse, Duplication } from '../../lib/client/api/options.ts';
import { maxSlaMs } from '../../lib/core/contract/limits.ts';
import type { WayConditions } from '../../lib/evaluation/live/link-fetch.ts';
import {
  type ArrivalKind,
  arrivalKinds,
  type UploadKind,
  uploadKinds,
} from '../../lib/evaluation/live/plan.ts';
import { integerBetween, numberBetween } from '../shared/options.ts';
import { serviceAddress } from '../shared/service-address.ts';

/** Options of `mdi simulate --live`. */
export interface LiveRunOptions extends WayConditions {
  readonly live: string;
  readonly traces: string;
  readonly trace: string;
  readonly sla?: number;
  readonly rate: number;
  readonly duration: number;
  readonly arrivals: ArrivalKind;
  readonly policy: Duplication;
  readonly cloud: CloudUse;
  readonly sureFrom?: number;
  readonly upload: UploadKind;
  readonly images?: string;
  readonly photoSide?: number;
  readonly catalogue?: string;
  readonly seed: number;
  readonly out: string;
  readonly json?: true;
}

const cloudUses = ['always', 'when-unsure'] as const satisfies readonly CloudUse[];
const policies = ['always', 'when-needed', 'never'] as const satisfies readonly Duplication[];

/** Options that need `--live`. */
const ownOptions = [
  'trace',
  'sla',
  'rate',
  'duration',
  'arrivals',
  'policy',
  'images',
  'cloud',
  'sureFrom',
  'upload',
  'photoSide',
] as const;

/** Options of `mdi simulate` that do not go with `--live`: the service, the recording or the images decide. */
const decided = [
  ...['profiles', 'url', 'overheadMs', 'network', 'slasMs', 'requests', 'workers'],
  ...['deviceAccuracyPct', 'uploadMeanBytes', 'uploadStdBytes', 'baseJitterMs', 'pauseMs'],
  ...['clockOffsetMs', 'rungs', 'traffic'],
];

/** Adds the options of `--live`. */
export function addLiveOptions(simulate: Command): Command {
  return simulate
    .optionsGroup('Live, against a running service:')
    .addOption(
      new Option('--live <url>', 'send requests to this service; measured beside simulated')
        .argParser(serviceAddress)
        .conflicts(decided),
    )
    .option('--trace <name>', 'the link of --traces that they go over')
    .option('--rate <n>', 'requests a second', numberBetween(0.01, 1_000), 5)
    .option('--duration <s>', 'seconds', numberBetween(0.1, 86_400), 60)
    .option('--sla <ms>', 'default: the service’s', numberBetween(1, maxSlaMs))
    .addOption(
      new Option('--arrivals <kind>', 'how they arrive')
        .choices(arrivalKinds)
        .default('poisson' satisfies ArrivalKind),
    )
    .addOption(
      new Option('--policy <name>', 'when the device runs its model')
        .choices(policies)
        .default('always' satisfies Duplication),
    )
    .addOption(
      new Option('--cloud <name>', 'which pictures are uploaded')
        .choices(cloudUses)
        .default('always' satisfies CloudUse),
    )
    .option(
      '--sure-from <p>',
      'when-unsure: the probability of being right, 0 to 1, from which on none is',
      numberBetween(0, 1),
    )
    .addOption(
      new Option('--upload <name>', 'what the client sends of an image')
        .choices(uploadKinds)
        .default('original' satisfies UploadKind),
    )
    .option('--images <path>', 'labelled images: a folder or a CSV, else generated ones')
    .option(
      '--photo-side <px>',
      'enlarge the generated images, drawn at 192 pixels, to the size of photos',
      integerBetween(192, 4_096),
    );
}

/**
 * Whether a live run was asked for.
 *
 * @throws {@link CommanderError} when the options contradict each other
 */
export function isLive(command: Command, names: readonly string[]): boolean {
  const { live, traces, trace } = command.opts<Partial<LiveRunOptions>>();
  if (live === undefined) {
    const stray = ownOptions.find((name) => command.getOptionValueSource(name) === 'cli');
    if (stray) command.error(`error: option '--${asFlag(stray)}' needs '--live <url>'`);
    return false;
  }
  if (names.length > 0) {
    command.error(`error: '--live <url>' runs no experiments such as '${names[0]}'`);
  }
  if (traces === undefined || trace === undefined) {
    command.error("error: '--live <url>' needs '--traces <folder>' and '--trace <name>'");
  }
  return true;
}

/** The name of an option as it is typed. */
function asFlag(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
