import type { Candidate, WeightedTimes } from '../../../core/selection/types.ts';
import { chooseUpload, type UploadOption } from '../../../core/upload/choice.ts';
import { Uplink } from '../../../core/upload/uplink.ts';
import type { LinkConditions } from '../network/networks.ts';
import { bytesOn, lossesOf, type SimulatedRung } from './ladder.ts';

/** How long after the SLA a client waits for the cloud's answer by default, in ms. */
const lateMs = 2_000;
/** Answers whose T_output a client remembers. */
const rememberedOutputs = 5;

/** What a phone sends pictures with, and to whom. */
export interface PhoneSettings {
  readonly conditions: LinkConditions;
  readonly models: readonly Candidate[];
  /** What the phone can send; of several it chooses for every picture. */
  readonly rungs: readonly SimulatedRung[];
  readonly slaMs: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
  /** Margin for errors of the phone's clock, in ms. */
  readonly clockErrorMs: number;
}

/** An upload, and when its answer is there. */
export interface AnsweredUpload {
  readonly startMs: number;
  readonly bytes: number;
  readonly inputMs: number;
  /** When the answer is there. */
  readonly endMs: number;
  readonly outputMs: number;
}

/** What a phone knows and does: its link as its own answers have shown it, and the choice of what is sent. */
export class Phone {
  readonly #simulation: PhoneSettings;
  readonly #options: readonly (UploadOption & {
    readonly index: number;
    readonly rungBytes: number;
  })[];
  readonly #uplink: Uplink;
  readonly #outputsMs: number[] = [];
  /** Uploads whose answers have not arrived. */
  #waiting: AnsweredUpload[] = [];

  constructor(simulation: PhoneSettings) {
    const { rungs, models, conditions } = simulation;
    this.#simulation = simulation;
    this.#uplink = new Uplink(conditions.baseDelayMs);
    this.#options = rungs.map((rung, index) => ({
      rung: { name: rung.name, accuracyLossPct: lossesOf(rung, models) },
      bytes: rung.meanBytes,
      rungBytes: rung.meanBytes,
      index,
    }));
  }

  /**
   * @param size - of this picture, in standard deviations of the logarithm of a picture's size
   * @returns the index of the rung
   */
  choose(size: number, startMs: number): number {
    const { models, rungs, slaMs, deviceAccuracyPct, clockErrorMs, conditions } = this.#simulation;
    if (rungs.length === 1) return 0;
    this.#learn(startMs);
    if (!this.#uplink.isKnown) return this.#unknown();
    const options = this.#options.map((option) => ({
      ...option,
      bytes: bytesOn(rungs[option.index], size),
    }));
    const outputMs: WeightedTimes =
      this.#outputsMs.length > 0
        ? this.#outputsMs.map((ms) => ({ ms, weight: 1 / this.#outputsMs.length }))
        : [{ ms: conditions.baseDelayMs, weight: 1 }];
    const uplink = this.#uplink;
    const left = slaMs - clockErrorMs;
    const situation = { models, slaMs: left, uplink, startMs, outputMs, deviceAccuracyPct };
    return chooseUpload(options, situation).option.index;
  }

  /** Sends a picture: what becomes of it is known when its answer is there. */
  expect(upload: AnsweredUpload): void {
    // Nobody waits longer for an answer.
    if (upload.endMs - upload.startMs > this.#simulation.slaMs + lateMs) return;
    this.#waiting.push(upload);
  }

  #learn(nowMs: number): void {
    const arrived = this.#waiting.filter(({ endMs }) => endMs <= nowMs);
    this.#waiting = this.#waiting.filter(({ endMs }) => endMs > nowMs);
    for (const { outputMs, ...upload } of arrived.toSorted((a, b) => a.endMs - b.endMs)) {
      this.#uplink.observe(upload);
      this.#outputsMs.push(outputMs);
      if (this.#outputsMs.length > rememberedOutputs) this.#outputsMs.shift();
    }
  }

  /** Before the first answer: what loses least, and of that the smallest. */
  #unknown(): number {
    const lossOf = ({ rung }: UploadOption) =>
      Object.values(rung.accuracyLossPct).reduce((sum, loss) => sum + loss, 0);
    const [first] = this.#options.toSorted(
      (a, b) => lossOf(a) - lossOf(b) || a.rungBytes - b.rungBytes,
    );
    return first?.index ?? 0;
  }
}
