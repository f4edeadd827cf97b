import { fits } from '../../core/selection/three-stage.ts';
import type { Candidate } from '../../core/selection/types.ts';
import { quantile } from '../../core/statistics/quantile.ts';
import { type CertainDevice, chancePct, cloudRightPct, deviceRightPct } from './certainty.ts';
import type { Answers } from './outcome.ts';

/** Answers of the cloud, and the models that gave them. */
export interface CloudRun {
  readonly answers: Answers;
  readonly models: readonly Candidate[];
}

/** What a device that runs first finds in a picture, and what the cloud could add to it. */
export interface FirstFound {
  readonly tookMs: number;
  /** The probability that it is right, as the device knows it, in percent. */
  readonly chancePct: number;
  /** How often it is right on pictures of which it is as sure. */
  readonly rightPct: number;
  /** Accuracy of the best model that the cloud could give in the time left. */
  readonly bestCloudPct: number;
  readonly cloud: {
    /** What the client knows of the model that answers. */
    readonly accuracyPct: number;
    /** How often that is right on pictures of which the device is as sure. */
    readonly rightPct: number;
    readonly latencyMs: number;
  };
}

/** The share of requests whose network is fast: then the cloud has the most time. */
const fastNetworks = 0.1;

/**
 * What a device finds in each picture.
 *
 * @param run - answers of a simulation in which this device runs first
 */
export function foundFirst(
  device: CertainDevice,
  { answers, models }: CloudRun,
  slaMs: number,
): FirstFound[] {
  const { deviceRuns, inputMs, latencyMs } = answers;
  if (!deviceRuns) throw new Error('the device was to run first');
  const networkMs = 2 * quantile(inputMs, fastNetworks);
  return Array.from(deviceRuns.tookMs, (tookMs, i) => {
    const bin = deviceRuns.bin[i] ?? 0;
    const model = models[answers.model[i] ?? 0];
    const possible = models.filter((it) => fits(it, slaMs - tookMs - networkMs));
    return {
      tookMs,
      chancePct: chancePct(device, bin),
      rightPct: deviceRightPct(device, bin),
      bestCloudPct: Math.max(0, ...possible.map(({ accuracyPct }) => accuracyPct)),
      cloud: {
        accuracyPct: model?.accuracyPct ?? 0,
        rightPct: model ? cloudRightPct(device, model, bin) : 0,
        latencyMs: latencyMs[i] ?? 0,
      },
    };
  });
}

/** What the user gets. */
export interface GotWhenUnsure {
  readonly isUploaded: boolean;
  /** Whether the answer is the device's. */
  readonly isOwn: boolean;
  /** How often it is right, in percent. */
  readonly rightPct: number;
  readonly latencyMs: number;
}

/**
 * `cloud: 'when-unsure'`: an answer of the device that is at least as likely right as the best that the cloud
 * could give is given at once, and nothing is uploaded; otherwise it is held back until the SLA, as ever.
 *
 * @param surePct - the probability from which on the device is sure
 * @default surePct - the accuracy of the best model that the cloud could give in the time left
 */
export function cloudWhenUnsure(
  { tookMs, chancePct: chance, rightPct, bestCloudPct, cloud }: FirstFound,
  slaMs: number,
  surePct = bestCloudPct,
): GotWhenUnsure {
  if (chance >= surePct) return { isUploaded: false, isOwn: true, rightPct, latencyMs: tookMs };
  if (cloud.latencyMs > slaMs) {
    return { isUploaded: true, isOwn: true, rightPct, latencyMs: Math.max(slaMs, tookMs) };
  }
  const isOwn = chance > cloud.accuracyPct;
  return {
    isUploaded: true,
    isOwn,
    rightPct: isOwn ? rightPct : cloud.rightPct,
    latencyMs: cloud.latencyMs,
  };
}
