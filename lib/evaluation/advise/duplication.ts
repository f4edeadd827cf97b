import { positiveNormal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import { CellRunner } from '../engine/cells/cell.ts';
import { cellsOfQuestion, type Question } from './question.ts';

/** How long the device's model takes, in ms. */
export interface DeviceTime {
  readonly meanMs: number;
  readonly stdMs: number;
}

/** What delaying the on-device run saves, for one SLA and one risk. */
export interface DuplicationAdvice {
  readonly slaMs: number;
  /** Share of requests that may remain without an answer in time, in percent. */
  readonly riskPct: number;
  /** When the device starts if the answer is not there yet, in ms after the request; absent: never. */
  readonly startMs?: number;
  /** Share of requests for which the device does not run, in percent. */
  readonly skippedPct: number;
  /** Share of requests without an answer in time, in percent. */
  readonly missedPct: number;
  /** Mean accuracy in percent; no answer in time counts as wrong. */
  readonly accuracyPct: number;
}

/**
 * How long a device may wait for the cloud's answer before it runs its own model. The device's answer is
 * shown at the SLA anyway, so waiting costs nothing as long as the device still finishes in time when it
 * has to. The advice is the latest start at which no more requests than the risk allows remain without an
 * answer.
 *
 * @throws {@link NoCandidateError} when there is no model
 */
export function adviseDuplication(
  question: Question,
  device: DeviceTime,
  risksPct: readonly number[],
): DuplicationAdvice[] {
  const runner = new CellRunner();
  const drawDeviceMs = positiveNormal(seededRandom(question.seed + 6), device.meanMs, device.stdMs);
  const deviceMs = new Float64Array(question.requests).map(drawDeviceMs);
  return cellsOfQuestion(question, { keepAnswers: true }).flatMap((cell) => {
    const { answers } = runner.run(cell);
    if (!answers) return [];
    const requests = Array.from(deviceMs, (ms, i) => ({
      latencyMs: answers.latencyMs[i] ?? 0,
      accuracyPct: cell.models[answers.model[i] ?? 0]?.accuracyPct ?? 0,
      deviceMs: ms,
    }));
    return risksPct.map((riskPct) =>
      weigh(requests, latestStart(requests, cell.slaMs, riskPct), {
        slaMs: cell.slaMs,
        riskPct,
        deviceAccuracyPct: question.deviceAccuracyPct,
      }),
    );
  });
}

interface Request {
  readonly latencyMs: number;
  readonly accuracyPct: number;
  readonly deviceMs: number;
}

/** The latest start at which the device is too slow for no more late requests than the risk allows. */
function latestStart(requests: readonly Request[], slaMs: number, riskPct: number): number {
  const latest = requests
    .filter(({ latencyMs }) => latencyMs > slaMs)
    .map(({ deviceMs }) => slaMs - deviceMs)
    .sort((a, b) => a - b);
  const mayMiss = Math.floor((riskPct / 100) * requests.length);
  return Math.max(0, latest[mayMiss] ?? Number.POSITIVE_INFINITY);
}

function weigh(
  requests: readonly Request[],
  startMs: number,
  {
    slaMs,
    riskPct,
    deviceAccuracyPct,
  }: { slaMs: number; riskPct: number; deviceAccuracyPct: number },
): DuplicationAdvice {
  let [skipped, missed, accuracy] = [0, 0, 0];
  for (const request of requests) {
    const inTime = request.latencyMs <= slaMs;
    const runs = request.latencyMs > startMs;
    const deviceInTime = runs && startMs + request.deviceMs <= slaMs;
    if (!runs) skipped++;
    if (!inTime && !deviceInTime) missed++;
    accuracy += Math.max(inTime ? request.accuracyPct : 0, deviceInTime ? deviceAccuracyPct : 0);
  }
  const count = requests.length;
  return {
    ...{ slaMs, riskPct },
    ...(Number.isFinite(startMs) && { startMs }),
    skippedPct: (100 * skipped) / count,
    missedPct: (100 * missed) / count,
    accuracyPct: accuracy / count,
  };
}
