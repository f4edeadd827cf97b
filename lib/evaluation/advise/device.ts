import { mean } from 'd3-array';
import { type Candidate, NoCandidateError } from '../../core/selection/types.ts';
import { normalShareWithin } from '../../core/statistics/normal.ts';
import { CellRunner } from '../engine/cells/cell.ts';
import type { Answers } from '../engine/outcome.ts';
import { cellsOfQuestion, type Question } from './question.ts';

/** A model that a device could carry, and how users would fare with it: means over the SLAs. */
export interface CarriedModel {
  readonly model: Candidate;
  /** Its mean time on the device, in ms. */
  readonly deviceMs: number;
  /** Share of its runs that end within the shortest SLA, in percent. */
  readonly inTimePct: number;
  /** Mean accuracy of what users get, in percent; no answer in time counts as wrong. */
  readonly accuracyPct: number;
  /** Share of requests without an answer in time, in percent. */
  readonly missedPct: number;
}

/** Which model a device should carry. */
export interface DeviceAdvice {
  /** All models, fastest first. */
  readonly carried: readonly CarriedModel[];
  /** The one that serves users best. */
  readonly best: CarriedModel;
  /** The fastest of those that are within the given points of the best. */
  readonly advised: CarriedModel;
}

/**
 * Tries every model as the one on the device. More accurate models are right more often when the cloud's
 * answer is late; slower ones are late themselves, and cost energy with every request.
 *
 * @param onDevice - the models, with their times on the device
 * @param withinPct - how far below the best the advised model may be, in points of accuracy
 * @throws {@link NoCandidateError} when there is no model
 */
export function adviseDevice(
  question: Question,
  onDevice: readonly Candidate[],
  withinPct: number,
): DeviceAdvice {
  const runner = new CellRunner();
  const shortestMs = Math.min(...question.slasMs);
  const carried = onDevice
    .toSorted((a, b) => a.meanMs - b.meanMs)
    .map((model) => {
      const bySla = cellsOfQuestion(question, {
        deviceAccuracyPct: model.accuracyPct,
        keepAnswers: true,
      }).map((cell) => weigh(model, cell, runner.run(cell).answers));
      return {
        ...{ model, deviceMs: model.meanMs, inTimePct: 100 * shareInTime(model, shortestMs) },
        accuracyPct: mean(bySla, ({ accuracyPct }) => accuracyPct) ?? Number.NaN,
        missedPct: mean(bySla, ({ missedPct }) => missedPct) ?? Number.NaN,
      };
    });
  const best = carried.reduce<CarriedModel | undefined>(
    (a, b) => (a === undefined || b.accuracyPct > a.accuracyPct ? b : a),
    undefined,
  );
  if (!best) throw new NoCandidateError();
  const enough = carried.find(({ accuracyPct }) => accuracyPct >= best.accuracyPct - withinPct);
  return { carried, best, advised: enough ?? best };
}

function shareInTime({ meanMs, stdMs }: Candidate, slaMs: number): number {
  return normalShareWithin(slaMs, meanMs, stdMs);
}

/** The device's time does not depend on the request: its share in time applies to each of the same SLA. */
function weigh(
  device: Candidate,
  { slaMs, models }: { slaMs: number; models: readonly Candidate[] },
  answers: Answers | undefined,
): { accuracyPct: number; missedPct: number } {
  let [accuracy, missed] = [0, 0];
  answers?.latencyMs.forEach((latencyMs, i) => {
    const ownSlaMs = answers.slaMs?.[i] ?? slaMs;
    const inTime = shareInTime(device, ownSlaMs);
    const cloud = latencyMs <= ownSlaMs ? (models[answers.model[i] ?? 0]?.accuracyPct ?? 0) : 0;
    accuracy += inTime * Math.max(cloud, device.accuracyPct) + (1 - inTime) * cloud;
    if (latencyMs > ownSlaMs) missed += 1 - inTime;
  });
  const count = answers?.latencyMs.length ?? 1;
  return { accuracyPct: accuracy / count, missedPct: (100 * missed) / count };
}
