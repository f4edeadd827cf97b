import { serviceWithin } from '../selection/service-time.ts';
import type { Candidate, WeightedTimes } from '../selection/types.ts';
import { accuracyAfter, type UploadRung } from './rung.ts';
import type { Uplink } from './uplink.ts';

/** A way to send this picture. */
export interface UploadOption {
  readonly rung: Pick<UploadRung, 'name' | 'accuracyLossPct'>;
  /** How many bytes it takes of this picture, as far as it is known. */
  readonly bytes: number;
}

/** What decides how a picture is sent. */
export interface UploadSituation {
  /** The service's models, with their accuracy on originals. */
  readonly models: readonly Candidate[];
  /** What is left of the SLA, in ms. */
  readonly slaMs: number;
  readonly uplink: Pick<Uplink, 'inputTimes'>;
  /** When the upload begins, on the clock of the uplink's observations, in ms. */
  readonly startMs: number;
  /** T_output, as far as it can be told beforehand. */
  readonly outputMs: WeightedTimes;
  /** Accuracy in percent of the model that answers on the device when the SLA is missed. */
  readonly deviceAccuracyPct: number;
}

/** How a picture is best sent, and what may be expected of it. */
export interface UploadChoice<Option extends UploadOption> {
  readonly option: Option;
  /** Of the answer that the user gets, the device's included, in percent. */
  readonly expectedAccuracyPct: number;
}

/**
 * Chooses how a picture is sent: the way with the highest expected accuracy. Once an upload has arrived, the
 * service runs the model that is best for what is left of the SLA; so the expectation over T_input is that of
 * max over models of A(m, rung) * P(T_service + T_output <= what is left), or else the device's accuracy. Ties
 * go to the smaller upload.
 *
 * @param options - at least one
 * @throws RangeError when there is no option
 */
export function chooseUpload<Option extends UploadOption>(
  options: readonly Option[],
  situation: UploadSituation,
): UploadChoice<Option> {
  const { deviceAccuracyPct } = situation;
  let best: { option: Option; gain: number } | undefined;
  for (const option of [...options].sort((a, b) => a.bytes - b.bytes)) {
    const gain = gainOf(option, situation);
    if (!best || gain > best.gain) best = { option, gain };
  }
  if (!best) throw new RangeError('there is no way to send the picture');
  return { option: best.option, expectedAccuracyPct: deviceAccuracyPct + best.gain };
}

/** What sending a picture so adds to the device's accuracy in expectation. */
function gainOf({ rung, bytes }: UploadOption, situation: UploadSituation): number {
  const { models, slaMs, uplink, startMs, outputMs, deviceAccuracyPct } = situation;
  const gains = models
    .map((model) => ({ model, morePct: accuracyAfter(rung, model) - deviceAccuracyPct }))
    .filter(({ morePct }) => morePct > 0)
    // No chance is above 1: those that cannot be better are not looked at.
    .sort((a, b) => b.morePct - a.morePct);
  let expected = 0;
  for (const { ms, weight } of uplink.inputTimes(bytes, startMs)) {
    let best = 0;
    for (const { model, morePct } of gains) {
      if (morePct <= best) break;
      best = Math.max(best, morePct * chanceWithin(model, slaMs - ms, outputMs));
    }
    expected += weight * best;
  }
  return expected;
}

function chanceWithin(model: Candidate, leftMs: number, outputMs: WeightedTimes): number {
  let chance = 0;
  for (const { ms, weight } of outputMs) chance += weight * serviceWithin(model, leftMs - ms);
  return chance;
}
