import { CellRunner } from '../engine/cells/cell.ts';
import type { CertainDevice } from '../engine/certainty.ts';
import { cloudWhenUnsure, foundFirst } from '../engine/device-first.ts';
import { defaultSpending, type Spending, spentPerPicture } from '../engine/energy.ts';
import { cellsOfQuestion, type Question } from './question.ts';

/** What a phone that asks the cloud only when it is not sure saves, for one SLA and one threshold. */
export interface UploadAdvice {
  readonly slaMs: number;
  /** From which probability on it is sure, in percent; absent: that of the best that the cloud could give. */
  readonly surePct?: number;
  /** Share of pictures that are not uploaded, in percent. */
  readonly savedPct: number;
  /** Mean accuracy in percent; no answer in time counts as wrong. */
  readonly accuracyPct: number;
  /** The same if every picture is uploaded at once, and the device's answer given only at the SLA. */
  readonly alwaysAccuracyPct: number;
  /** Of a picture, and the same if all are uploaded. */
  readonly kilobytes: number;
  readonly alwaysKilobytes: number;
  readonly millijoules: number;
  readonly alwaysMillijoules: number;
}

/**
 * How many uploads a phone can leave out, and what that costs: `cloud: 'when-unsure'` beside `always`.
 *
 * @param suresPct - thresholds; undefined stands for the client's own
 * @throws {@link NoCandidateError} when there is no model
 */
export function adviseUploads(
  question: Question,
  device: CertainDevice,
  suresPct: readonly (number | undefined)[],
  spending: Spending = defaultSpending,
): UploadAdvice[] {
  const runner = new CellRunner();
  const { accuracyPct: deviceAccuracyPct, meanMs: runMs } = device;
  const cells = cellsOfQuestion(question, { deviceAccuracyPct, keepAnswers: true });
  return cells.flatMap((cell) => {
    const always = runner.run(cell);
    const { answers } = runner.run({ ...cell, deviceFirst: device });
    if (!answers) return [];
    const found = foundFirst(device, { answers, models: cell.models }, cell.slaMs);
    const alwaysSpent = spentPerPicture({ uploads: 1, runMs }, spending);
    return suresPct.map((surePct) => {
      let [uploads, right] = [0, 0];
      for (const one of found) {
        const got = cloudWhenUnsure(one, cell.slaMs, surePct);
        if (got.isUploaded) uploads++;
        if (got.latencyMs <= cell.slaMs) right += got.rightPct;
      }
      const spent = spentPerPicture({ uploads: uploads / found.length, runMs }, spending);
      return {
        slaMs: cell.slaMs,
        ...(surePct !== undefined && { surePct }),
        savedPct: 100 * (1 - uploads / found.length),
        accuracyPct: right / found.length,
        alwaysAccuracyPct: always.duplicatedAccuracyPct,
        ...{ kilobytes: spent.kilobytes, alwaysKilobytes: alwaysSpent.kilobytes },
        ...{ millijoules: spent.millijoules, alwaysMillijoules: alwaysSpent.millijoules },
      };
    });
  });
}
