import { expectedAccuracy } from '../../../core/selection/expected-accuracy.ts';
import type { Candidate } from '../../../core/selection/types.ts';
import { exponential, normal } from '../../../core/statistics/draw.ts';
import { type Random, seededRandom } from '../../../core/statistics/random.ts';
import { accuracyAfter } from '../../../core/upload/rung.ts';
import type { Link } from '../network/links.ts';
import type { LinkConditions } from '../network/networks.ts';
import { OutputHistory } from '../output-history.ts';
import { bytesOn, lossesOf, type SimulatedRung } from './ladder.ts';
import { Phone, type PhoneSettings } from './phone.ts';

/** A phone that sends one picture after another over a recorded link. */
export interface UploadSimulation extends PhoneSettings {
  readonly link: Link;
  readonly requests: number;
  readonly seed: number;
}

/** What came of it. */
export interface UploadOutcome {
  /** Mean accuracy in percent of the answers that the user got, the device's included. */
  readonly accuracyPct: number;
  /** Share of late answers of the cloud, in percent. */
  readonly reliancePct: number;
  /** Mean size of what was sent. */
  readonly meanBytes: number;
  /** Share of the pictures in percent that each rung carried, in the order of the rungs. */
  readonly sharePct: readonly number[];
}

/**
 * Simulates what a phone sends. The service selects by expected accuracy, with what each rung costs its models;
 * the phone knows the service's models, how large this picture becomes on each rung, and of its link what its
 * own answers so far have told. As over recorded links elsewhere, the next picture follows, after a pause, once
 * the SLA has passed and the upload is done.
 *
 * @throws {@link NoCandidateError} when there is no model
 */
export function simulateUploads(simulation: UploadSimulation): UploadOutcome {
  const { link, conditions, rungs, slaMs, deviceAccuracyPct, requests: count } = simulation;
  const { clockOffsetMs, answerBytes } = conditions;
  const random = seededRandom(simulation.seed);
  const draws = drawsOf(conditions, random);
  const phone = new Phone(simulation);
  const startsMs = new Float64Array(count);
  const latenciesMs = new Float64Array(count);
  const outputsMs = new Float64Array(count);
  const history = new OutputHistory(startsMs, latenciesMs, outputsMs, slaMs);
  const sent = new Float64Array(rungs.length);
  const candidates = rungs.map((rung) => candidatesAfter(rung, simulation.models));
  let [accuracySum, late, bytesSum] = [0, 0, 0];

  let startMs = random() * link.up.periodMs;
  for (let i = 0; i < count; i++) {
    const { size, inputDelayMs, outputDelayMs, slowness, pauseMs } = draws();
    startsMs[i] = startMs;
    const rung = phone.choose(size, startMs);
    const bytes = bytesOn(rungs[rung], size);
    const arrivalMs = link.up.deliveredMs(startMs, bytes) + inputDelayMs;
    // As the service sees it by the phone's clock.
    const inputMs = Math.max(0, arrivalMs - startMs + clockOffsetMs);
    const { baseModel: model } = expectedAccuracy(candidates[rung] ?? [], {
      ...{ slaMs, inputMs, networkMs: 2 * inputMs, budgetMs: slaMs - 2 * inputMs },
      ...{ deviceAccuracyPct, clockErrorMs: simulation.clockErrorMs },
      outputMs: history.before(i, inputMs),
    });
    const readyMs = arrivalMs + Math.max(0, model.meanMs + slowness * model.stdMs);
    const endMs = link.down.deliveredMs(readyMs, answerBytes) + outputDelayMs;
    const outputMs = Math.max(0, endMs - readyMs - clockOffsetMs);
    latenciesMs[i] = endMs - startMs;
    outputsMs[i] = outputMs;
    phone.expect({ startMs, bytes, inputMs, endMs, outputMs });

    const isLate = endMs - startMs > slaMs;
    accuracySum += isLate ? deviceAccuracyPct : Math.max(model.accuracyPct, deviceAccuracyPct);
    if (isLate) late++;
    sent[rung] = (sent[rung] ?? 0) + 1;
    bytesSum += bytes;
    startMs = Math.max(startMs + slaMs, arrivalMs) + pauseMs;
  }
  return {
    accuracyPct: accuracySum / count,
    reliancePct: (100 * late) / count,
    meanBytes: bytesSum / count,
    sharePct: Array.from(sent, (times) => (100 * times) / count),
  };
}

/** What differs from picture to picture. */
function drawsOf({ baseDelayMs, baseJitterMs, pauseMs }: LinkConditions, random: Random) {
  const drawSize = normal(random);
  const drawDelay = normal(random, baseDelayMs, baseJitterMs);
  const delay = () => Math.max(baseDelayMs / 2, drawDelay());
  const drawSlowness = normal(random);
  const drawPause = exponential(random, pauseMs);
  return () => ({
    size: drawSize(),
    inputDelayMs: delay(),
    outputDelayMs: delay(),
    slowness: drawSlowness(),
    pauseMs: drawPause(),
  });
}

/** The models as pictures on a rung find them. */
function candidatesAfter(rung: SimulatedRung, models: readonly Candidate[]): Candidate[] {
  const accuracyLossPct = lossesOf(rung, models);
  return models.map((model) => ({
    ...model,
    accuracyPct: accuracyAfter({ accuracyLossPct }, model),
  }));
}
