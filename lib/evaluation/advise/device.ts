import { type Candidate, NoCandidateError } from '../../core/selection/types.ts';
import { normalShareWithin } from '../../core/statistics/normal.ts';
import { CellRunner } from '../engine/cells/cell.ts';
import type { Answers } from '../engine/outcome.ts';
import { cellsOfQuestion, meanOf, type Question } from './question.ts';

/** A model that a device could carry, and what it would come to; means over the SLAs. */
export interface CarriedModel {
  readonly model: Candidate;
  /** How long it takes on the device, in ms. */
  readonly deviceMs: number;
  /** Share of its runs in percent that end within the shortest SLA. */
  readonly inTimePct: number;
  /** Mean accuracy in percent of what users get; no answer in time is worth nothing. */
  readonly accuracyPct: number;
  /** Share of requests in percent without an answer in time. */
  readonly missedPct: number;
}

/** Which model a device should carry. */
export interface DeviceAdvice {
  /** All models, the fastest first. */
  readonly carried: readonly CarriedModel[];
  /** The one with which users get the most. */
  readonly best: CarriedModel;
  /** The one that costs the device least of those within the points asked for of the best. */
  readonly advised: CarriedModel;
}

/**
 * Tries every model as the one on the device: more accurate ones are right more often when the cloud's
 * answer is late, and slower ones are themselves late, and cost energy with every request.
 *
 * @param onDevice - models with the times that they take on the device
 * @param withinPct - in points of accuracy
 * @throws NoCandidateError when there is no model
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
        accuracyPct: meanOf(bySla.map(({ accuracyPct }) => accuracyPct)),
        missedPct: meanOf(bySla.map(({ missedPct }) => missedPct)),
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

/** The device's time does not depend on the request: its share in time weighs every request alike. */
function weigh(
  device: Candidate,
  { slaMs, models }: { slaMs: number; models: readonly Candidate[] },
  answers: Answers | undefined,
): { accuracyPct: number; missedPct: number } {
  const inTime = shareInTime(device, slaMs);
  let [accuracy, missed] = [0, 0];
  answers?.latencyMs.forEach((latencyMs, i) => {
    const cloud = latencyMs <= slaMs ? (models[answers.model[i] ?? 0]?.accuracyPct ?? 0) : 0;
    accuracy += inTime * Math.max(cloud, device.accuracyPct) + (1 - inTime) * cloud;
    if (latencyMs > slaMs) missed += 1 - inTime;
  });
  const count = answers?.latencyMs.length ?? 1;
  return { accuracyPct: accuracy / count, missedPct: (100 * missed) / count };
}
