import type { ModelsResponse } from '../../core/contract/messages.ts';
import { predictedDecodeMs } from '../../core/images/cost.ts';
import { readImageHeader } from '../../core/images/header.ts';
import { afterDecoding } from '../../core/selection/decoding.ts';
import { modelNameOf } from '../../core/selection/sizes.ts';
import { strategyNames } from '../../core/selection/strategies.ts';
import type { Candidate } from '../../core/selection/types.ts';
import { normal } from '../../core/statistics/draw.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import { accuracyAfter, originalRung, type UploadRung } from '../../core/upload/rung.ts';
import { modelsOfProfiles } from '../cost/models.ts';
import type { CertainDevice } from '../engine/certainty.ts';
import { cloudWhenUnsure, foundFirst } from '../engine/device-first.ts';
import type { Answers } from '../engine/outcome.ts';
import type { Requests } from '../engine/requests/requests.ts';
import type { SelectorName } from '../engine/selectors.ts';
import { deployedClockErrorMs, simulate } from '../engine/simulate.ts';
import { arrivedMs, backMs } from './link-fetch.ts';
import { imageOf, LiveError, type LivePlan } from './plan.ts';
import type { CloudAnswer, RequestResult } from './request-result.ts';

/** A running service as a simulation needs it. */
export interface PredictedService {
  /** With their current profiles. */
  readonly models: readonly Candidate[];
  readonly selector: SelectorName;
  /** Margin of the selector for errors of the phone's clock, in ms. */
  readonly clockErrorMs: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
  /** The same model with its reliability, where that was measured. */
  readonly device?: CertainDevice | undefined;
  /** The ways to send an image that have been measured. */
  readonly rungs?: readonly UploadRung[] | undefined;
}

/** What was sent of an image. */
export interface SentImage {
  readonly bytes: number;
  readonly rung: string | undefined;
}

/**
 * A service as a simulation needs it, from its answer of `GET /v1/models`: the models that its selector
 * chooses among.
 *
 * @throws {@link LiveError} when its strategy is not known here
 */
export function predictedService(
  { models, strategy, uploads }: Pick<ModelsResponse, 'models' | 'strategy' | 'uploads'>,
  deviceAccuracyPct: number,
  device?: CertainDevice,
): PredictedService {
  const selector = strategyNames.find((name) => name === strategy);
  if (!selector) throw new LiveError(`the service selects by "${strategy}", not known here`);
  const candidates = modelsOfProfiles({ models: models.filter(({ latencyOnly }) => !latencyOnly) });
  return {
    models: candidates,
    ...{ selector, deviceAccuracyPct, device, rungs: uploads?.rungs },
    // The service does not tell its own.
    clockErrorMs: deployedClockErrorMs,
  };
}

/** How often the same requests are simulated, each time with other service times and random choices. */
const repetitions = 25;

/**
 * Simulates the requests of a plan: the same arrivals and uploads over the same recording. Each request
 * is simulated several times, so that little of the prediction is due to chance.
 *
 * @param sent - for each request; what the client chooses for its network is not simulated. That a rung
 *   costs a model accuracy counts in the answers, not in the selection among the models
 * @default sent - the images as they are
 * @throws {@link NoCandidateError} when the service has no model
 */
export function predict(
  plan: LivePlan,
  { models, ...rest }: PredictedService,
  sent: readonly SentImage[] = [],
): RequestResult[] {
  const decodeMs = meanDecodeMs(plan, sent);
  const service = { ...rest, models: models.map((model) => afterDecoding(model, decodeMs)) };
  return Array.from({ length: repetitions }, (_, repetition) => {
    // Far apart, because a simulation uses several consecutive seeds.
    const seed = plan.seed + 1_000 * (repetition + 1);
    const { slaMs, policy } = plan;
    const deviceFirst = plan.cloud === 'when-unsure' ? service.device : undefined;
    const { answers } = simulate(requestsOf(plan, sent, seed), {
      ...service,
      ...{ slaMs, seed, keepAnswers: true, deviceFirst },
      // A client that does not duplicate does not tell the accuracy of its model.
      deviceAccuracyPct: policy === 'never' ? 0 : service.deviceAccuracyPct,
    });
    if (!answers) return [];
    return deviceFirst
      ? resultsWhenUnsure(answers, plan, service, deviceFirst)
      : resultsOf(answers, plan, service, sent);
  }).flat();
}

/** Its pictures are much alike: their mean stands for each. What was made small for its upload takes no time. */
function meanDecodeMs({ images }: LivePlan, sent: readonly SentImage[]): number {
  const isSmall = sent.some(({ rung }) => rung !== undefined && rung !== originalRung);
  if (isSmall) return 0;
  const headers = images.map(({ bytes }) => readImageHeader(bytes));
  const costs = headers.map((header) => (header ? predictedDecodeMs(header) : 0));
  return costs.reduce((sum, ms) => sum + ms, 0) / images.length;
}

function requestsOf(plan: LivePlan, sent: readonly SentImage[], seed: number): Requests {
  const { link, conditions, dueMs } = plan;
  const drawSlowness = normal(seededRandom(seed));
  const inputMs = Float64Array.from(dueMs, (due, i) => {
    const bytes = sent[i]?.bytes ?? imageOf(plan, i).bytes.length;
    return arrivedMs(link, due, bytes, conditions) - due;
  });
  return {
    startMs: Float64Array.from(dueMs),
    inputMs,
    clockMs: new Float64Array(dueMs.length),
    slowness: Float64Array.from(dueMs, drawSlowness),
    outputMs(request, serviceMs) {
      const readyMs = (dueMs[request] ?? 0) + (inputMs[request] ?? 0) + serviceMs;
      return backMs(link, readyMs, conditions) - readyMs;
    },
  };
}

/** How a phone uses them that asks the cloud only when it is not sure. */
function resultsWhenUnsure(
  answers: Answers,
  { slaMs, sureFrom }: LivePlan,
  { models }: PredictedService,
  device: CertainDevice,
): RequestResult[] {
  const surePct = sureFrom === undefined ? undefined : 100 * sureFrom;
  return foundFirst(device, { answers, models }, slaMs).map((found, i) => {
    const got = cloudWhenUnsure(found, slaMs, surePct);
    const byCloud = !got.isOwn;
    return {
      right: got.rightPct / 100,
      accuracyPct: byCloud ? found.cloud.accuracyPct : device.accuracyPct,
      source: byCloud ? 'cloud' : 'device',
      inTime: got.latencyMs <= slaMs,
      answerMs: got.latencyMs,
      isUploaded: got.isUploaded,
      deviceRan: true,
      cloud: got.isUploaded ? cloudAnswer(answers, models, i) : undefined,
    };
  });
}

function cloudAnswer(answers: Answers, models: readonly Candidate[], i: number): CloudAnswer {
  return {
    model: modelNameOf(models[answers.model[i] ?? 0] ?? { name: '' }),
    inputMs: answers.inputMs[i] ?? 0,
    serviceMs: answers.serviceMs[i] ?? 0,
    totalMs: answers.latencyMs[i] ?? 0,
  };
}

/** How the phone uses the cloud's answers (paper, Section IV-E). */
function resultsOf(
  answers: Answers,
  { slaMs, policy }: LivePlan,
  { models, deviceAccuracyPct, rungs }: PredictedService,
  sent: readonly SentImage[],
) {
  return Array.from(answers.latencyMs, (totalMs, i): RequestResult => {
    const model = models[answers.model[i] ?? 0];
    const inTime = totalMs <= slaMs;
    const rung = rungs?.find(({ name }) => name === sent[i]?.rung) ?? { accuracyLossPct: {} };
    const cloudPct = model ? accuracyAfter(rung, model) : 0;
    const byCloud = inTime && cloudPct >= deviceAccuracyPct;
    const accuracyPct = byCloud ? cloudPct : deviceAccuracyPct;
    return {
      right: accuracyPct / 100,
      accuracyPct,
      source: byCloud ? 'cloud' : 'device',
      // Without duplication the device starts only at the SLA.
      inTime: inTime || policy !== 'never',
      answerMs: Math.min(totalMs, slaMs),
      isUploaded: true,
      deviceRan: { always: true, never: !inTime, 'when-needed': undefined }[policy],
      cloud: cloudAnswer(answers, models, i),
    };
  });
}
