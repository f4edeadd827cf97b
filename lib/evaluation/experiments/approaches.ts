import { positiveNormal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import type { CertainDevice } from '../engine/certainty.ts';
import {
  type CloudRun,
  cloudWhenUnsure,
  type FirstFound,
  foundFirst,
} from '../engine/device-first.ts';
import { spentPerPicture } from '../engine/energy.ts';
import { latencyStatistics } from '../engine/outcome.ts';

/** What a user gets for one request. */
export interface Got {
  readonly accuracyPct: number;
  readonly latencyMs: number;
  readonly ranOnDevice: boolean;
  readonly cloudRuns: number;
}

/** The answers that are possible for one request, with their times in ms from its start. */
export interface Choices {
  readonly slaMs: number;
  readonly deviceAccuracyPct: number;
  /** How long the model on the device takes. */
  readonly deviceMs: number;
  /** Whether the device can run its model: it is downloaded, there is enough memory, and so on. */
  readonly deviceWorks: boolean;
  /** The cloud's answer for each way of choosing its model. */
  readonly cloud: Readonly<Record<CloudChoice, { accuracyPct: number; latencyMs: number }>>;
  /** Only where the reliability of the model on the device was measured. */
  readonly first?: Readonly<Record<'mdinference' | 'expected', FirstFound>> | undefined;
}

/** The ways of choosing the cloud's model that approaches use. */
export type CloudChoice =
  | 'largest'
  | 'fastest'
  | 'greedy'
  | 'cheapest'
  | 'mdinference'
  | 'expected'
  | 'oracle';

/** How a client and a server together handle a request. */
export interface Approach {
  readonly name: string;
  readonly ours?: true;
  /** Whether it needs {@link Choices.first}. */
  readonly needsReliability?: true;
  run(choices: Choices): Got;
}

/** Share of phones without a working model. */
export const brokenDeviceShare = 0.2;
/** The least accuracy of the cheapest model, in percent. */
export const leastAccuracyPct = 70;
/** The phone's own model, in ms: the mean and three standard deviations fit into 50 ms, the paper's shortest SLA. */
export const deviceTime = { meanMs: 35, stdMs: 5 } as const;

/** Time that is enough for the device: what a time-out leaves of the SLA. */
const deviceReserveMs = deviceTime.meanMs + 3 * deviceTime.stdMs;

/** All approaches, from the simplest to the paper's and beyond. */
export const approaches: readonly Approach[] = [
  { name: 'on the device only', run: (choices) => onDevice(choices, choices.deviceMs, 0) },
  { name: 'cloud only, a model that fits the SLA', run: ({ cloud }) => fromCloud(cloud.greedy) },
  { name: 'always the largest model', run: ({ cloud }) => fromCloud(cloud.largest) },
  {
    name: `cheapest model of at least ${leastAccuracyPct} %`,
    run: ({ cloud }) => fromCloud(cloud.cheapest),
  },
  { name: 'same request to two models', run: toTwoModels },
  {
    name: 'device first, cloud where it cannot',
    run: (choices) =>
      choices.deviceWorks
        ? onDevice(choices, choices.deviceMs, 0)
        : fromCloud(choices.cloud.largest),
  },
  { name: 'cloud first, device after a time-out', run: cloudThenDevice },
  {
    name: 'MDInference without the device',
    ours: true,
    run: ({ cloud }) => fromCloud(cloud.mdinference),
  },
  { name: 'MDInference', ours: true, run: (choices) => duplicated(choices, 'mdinference') },
  { name: 'expected accuracy', ours: true, run: (choices) => duplicated(choices, 'expected') },
  {
    name: 'MDInference, the cloud when unsure',
    ours: true,
    needsReliability: true,
    run: (choices) => whenUnsure(choices, 'mdinference'),
  },
  {
    name: 'expected accuracy, the cloud when unsure',
    ours: true,
    needsReliability: true,
    run: (choices) => whenUnsure(choices, 'expected'),
  },
  { name: 'oracle', run: (choices) => duplicated(choices, 'oracle') },
];

function onDevice({ deviceAccuracyPct }: Choices, latencyMs: number, cloudRuns: number): Got {
  return { accuracyPct: deviceAccuracyPct, latencyMs, ranOnDevice: true, cloudRuns };
}

function fromCloud(answer: { accuracyPct: number; latencyMs: number }, cloudRuns = 1): Got {
  return { ...answer, ranOnDevice: false, cloudRuns };
}

/** The better answer if it comes in time, else the other one if that does, else the earlier one. */
function toTwoModels({ cloud: { largest, fastest }, slaMs }: Choices): Got {
  if (largest.latencyMs <= slaMs) return fromCloud(largest, 2);
  if (fastest.latencyMs <= slaMs) return fromCloud({ ...fastest, latencyMs: slaMs }, 2);
  return fromCloud(fastest.latencyMs < largest.latencyMs ? fastest : largest, 2);
}

/** The best that this approach can do: the time-out leaves the device just enough time. */
function cloudThenDevice(choices: Choices): Got {
  const timeoutMs = Math.max(0, choices.slaMs - deviceReserveMs);
  const { largest } = choices.cloud;
  return largest.latencyMs <= timeoutMs
    ? fromCloud(largest)
    : onDevice(choices, timeoutMs + choices.deviceMs, 1);
}

/** Both at once; the device's answer is held back until the SLA (paper, Section IV-E). */
function duplicated(choices: Choices, whose: CloudChoice): Got {
  const { slaMs, deviceMs, deviceAccuracyPct } = choices;
  const answer = choices.cloud[whose];
  if (answer.latencyMs > slaMs) return onDevice(choices, Math.max(slaMs, deviceMs), 1);
  const accuracyPct = Math.max(answer.accuracyPct, deviceAccuracyPct);
  return { accuracyPct, latencyMs: answer.latencyMs, ranOnDevice: true, cloudRuns: 1 };
}

/** The device first: the cloud is asked only if the device is not sure enough. */
function whenUnsure({ slaMs, first }: Choices, whose: 'mdinference' | 'expected'): Got {
  if (!first) throw new Error('the device’s reliability was not measured');
  const { isUploaded, rightPct, latencyMs } = cloudWhenUnsure(first[whose], slaMs);
  return { accuracyPct: rightPct, latencyMs, ranOnDevice: true, cloudRuns: isUploaded ? 1 : 0 };
}

/** What an approach comes to; shares are in percent of the requests. */
export interface ApproachOutcome {
  /** Mean accuracy when a late answer counts as wrong. */
  readonly accuracyInTimePct: number;
  readonly latePct: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly deviceRunsPct: number;
  readonly cloudRunsPct: number;
  /** Of a picture: what is uploaded, and the phone's energy for that and for the device's runs. */
  readonly kilobytes: number;
  readonly millijoules: number;
}

/** Runs an approach over all requests. */
export function outcomeOfApproach(
  { run }: Approach,
  requests: readonly Choices[],
): ApproachOutcome {
  const count = requests.length;
  const latencies = new Float64Array(count);
  let [inTime, late, device, cloud, uploads, runMs] = [0, 0, 0, 0, 0, 0];
  requests.forEach((choices, i) => {
    const got = run(choices);
    latencies[i] = got.latencyMs;
    if (got.latencyMs > choices.slaMs) late++;
    else inTime += got.accuracyPct;
    if (got.ranOnDevice) {
      device++;
      runMs += choices.deviceMs;
    }
    cloud += got.cloudRuns;
    // Two models get the same upload.
    if (got.cloudRuns > 0) uploads++;
  });
  const { p50Ms, p99Ms } = latencyStatistics(latencies);
  return {
    accuracyInTimePct: inTime / count,
    latePct: (100 * late) / count,
    ...{ p50Ms, p99Ms },
    deviceRunsPct: (100 * device) / count,
    cloudRunsPct: (100 * cloud) / count,
    ...spentPerPicture({ uploads: uploads / count, runMs: runMs / count }),
  };
}

/** Two runs of the cloud for a device that runs first. */
export interface RunsAfterDevice {
  readonly device: CertainDevice;
  readonly mdinference: CloudRun;
  readonly expected: CloudRun;
}

/**
 * The possible answers to every request; the device's times are random, from the seed.
 *
 * @param afterDevice - what the cloud does for a device that runs first, if that was simulated
 */
export function choicesOf(
  cloud: Readonly<Record<CloudChoice, CloudRun>>,
  { slaMs, deviceAccuracyPct, seed }: { slaMs: number; deviceAccuracyPct: number; seed: number },
  afterDevice?: RunsAfterDevice,
): Choices[] {
  const found = afterDevice && {
    mdinference: foundFirst(afterDevice.device, afterDevice.mdinference, slaMs),
    expected: foundFirst(afterDevice.device, afterDevice.expected, slaMs),
  };
  const random = seededRandom(seed + 6);
  const { meanMs, stdMs } = afterDevice?.device ?? deviceTime;
  const drawDeviceMs = positiveNormal(random, meanMs, stdMs);
  const count = cloud.largest.answers.latencyMs.length;
  const answer = ({ answers, models }: CloudRun, i: number) => ({
    accuracyPct: models[answers.model[i] ?? 0]?.accuracyPct ?? 0,
    latencyMs: answers.latencyMs[i] ?? 0,
  });
  const firstOf = (i: number) => {
    const [mdinference, expected] = [found?.mdinference[i], found?.expected[i]];
    return mdinference && expected && { mdinference, expected };
  };
  return Array.from({ length: count }, (_, i) => ({
    slaMs,
    deviceAccuracyPct,
    deviceMs: drawDeviceMs(),
    deviceWorks: random() >= brokenDeviceShare,
    cloud: {
      largest: answer(cloud.largest, i),
      fastest: answer(cloud.fastest, i),
      greedy: answer(cloud.greedy, i),
      cheapest: answer(cloud.cheapest, i),
      mdinference: answer(cloud.mdinference, i),
      expected: answer(cloud.expected, i),
      oracle: answer(cloud.oracle, i),
    },
    first: firstOf(i),
  }));
}
