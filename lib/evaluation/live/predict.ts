import type { Candidate } from '../../core/selection/types.ts';
import { drawNormal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import type { Answers } from '../engine/outcome.ts';
import type { Requests } from '../engine/requests/requests.ts';
import type { SelectorName } from '../engine/selectors.ts';
import { simulate } from '../engine/simulate.ts';
import { arrivedMs, backMs } from './link-fetch.ts';
import { imageOf, type LivePlan } from './plan.ts';
import type { RequestResult } from './request-result.ts';

/** The service that requests are sent to, as a simulation needs it. */
export interface PredictedService {
  /** With their profiles before the run. */
  readonly models: readonly Candidate[];
  readonly selector: SelectorName;
  /** What the selector keeps in hand for the phone's clock, in ms. */
  readonly clockErrorMs: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
}

/** How often the same requests are simulated, with other service times and draws of the strategy. */
const repetitions = 25;

/**
 * How a plan's requests go by the simulation: the same arrivals and uploads over the same recording.
 * Each request is there several times, so that what the prediction owes to chance is small.
 *
 * @throws NoCandidateError when the service has no model
 */
export function predict(plan: LivePlan, service: PredictedService): RequestResult[] {
  return Array.from({ length: repetitions }, (_, repetition) => {
    // Far from each other and from the arrivals' seed: a simulation uses several in a row.
    const seed = plan.seed + 1_000 * (repetition + 1);
    const { slaMs, policy } = plan;
    const { answers } = simulate(requestsOf(plan, seed), {
      ...service,
      ...{ slaMs, seed, keepAnswers: true },
      // A client that does not duplicate says nothing of its model.
      deviceAccuracyPct: policy === 'never' ? 0 : service.deviceAccuracyPct,
    });
    return answers ? coursesOf(answers, plan, service) : [];
  }).flat();
}

function requestsOf(plan: LivePlan, seed: number): Requests {
  const { link, conditions, dueMs } = plan;
  const random = seededRandom(seed);
  const inputMs = Float64Array.from(dueMs, (due, i) => {
    return arrivedMs(link, due, imageOf(plan, i).bytes.length, conditions) - due;
  });
  return {
    startMs: Float64Array.from(dueMs),
    inputMs,
    clockMs: new Float64Array(dueMs.length),
    slowness: Float64Array.from(dueMs, () => drawNormal(random)),
    outputMs(request, serviceMs) {
      const readyMs = (dueMs[request] ?? 0) + (inputMs[request] ?? 0) + serviceMs;
      return backMs(link, readyMs, conditions) - readyMs;
    },
  };
}

/** What the phone makes of the cloud's answers (paper, Section IV-E). */
function coursesOf(answers: Answers, { slaMs, policy }: LivePlan, service: PredictedService) {
  const { models, deviceAccuracyPct } = service;
  return Array.from(answers.latencyMs, (totalMs, i): RequestResult => {
    const model = models[answers.model[i] ?? 0];
    const isInTime = totalMs <= slaMs;
    const byCloud = isInTime && (model?.accuracyPct ?? 0) >= deviceAccuracyPct;
    const accuracyPct = byCloud ? (model?.accuracyPct ?? 0) : deviceAccuracyPct;
    return {
      right: accuracyPct / 100,
      accuracyPct,
      source: byCloud ? 'cloud' : 'device',
      // Without duplication the device begins when it is too late.
      inTime: isInTime || policy !== 'never',
      answerMs: Math.min(totalMs, slaMs),
      deviceRan: { always: true, never: !isInTime, 'when-needed': undefined }[policy],
      cloud: {
        model: model?.name ?? '',
        inputMs: answers.inputMs[i] ?? 0,
        serviceMs: answers.serviceMs[i] ?? 0,
        totalMs,
      },
    };
  });
}
