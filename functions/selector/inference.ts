import type { InferHeaders } from '../../lib/core/contract/headers.ts';
import type { InferenceEvent } from '../../lib/core/contract/inference-event.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { statusOf } from '../../lib/core/contract/problem.ts';
import { roundMs } from '../../lib/core/contract/server-timing.ts';
import { timeBudget } from '../../lib/core/selection/budget.ts';
import { answerBy, budgetAfter } from '../../lib/core/selection/deadline.ts';
import { asMetNow } from '../../lib/core/selection/likely-cold.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { select, strategies } from '../../lib/core/selection/strategies.ts';
import type { TimeBudget } from '../../lib/core/selection/types.ts';
import { signRequestId } from '../../lib/service/feedback/request-id.ts';
import type { LoggedRequest } from '../../lib/service/request-line.ts';
import { type AnswerParts, answerWith, type ModelAnswer } from './answer.ts';
import { askable, candidatesOf, type PictureClues, type ServedCandidate } from './candidates.ts';
import type { Service } from './service.ts';

/**
 * The longest T_output in ms that a client is believed, if its SLA is not shorter: answers have a kilobyte, and a
 * way back of a second is an outage.
 */
const longestOutputMs = 1_000;

/** What {@link runInference} works with. */
export type InferenceParts = AnswerParts &
  Pick<
    Service,
    | 'strategy'
    | 'defaultSlaMs'
    | 'budget'
    | 'clockErrorMs'
    | 'outputTimes'
    | 'reportShares'
    | 'secret'
    | 'atDeadline'
    | 'models'
    | 'fieldAccuracies'
    | 'profiles'
    | 'warmUps'
    | 'versionMetrics'
  >;

/** When a request came. */
export interface Arrival {
  /** On the clock of `performance.now()`: when the handler began with it. */
  readonly startMs: number;
  /** Unix ms at which the handler started: T_input ends here. */
  readonly receivedEpochMs: number;
  /** How long it has waited for the selector's own start, in ms. */
  readonly ownStartMs: number;
}

/** What is asked of the models, whatever the API that it came by. */
export interface InferenceRequest extends PictureClues {
  readonly requestId: string;
  /** By whom its calls are counted. */
  readonly caller: string;
  readonly arrival: Arrival;
  /** What the client has said of its deadline and of itself. */
  readonly deadline: Omit<InferHeaders, 'view' | 'uploadRung'>;
  /** What the model's function gets. */
  readonly input: Pick<InferenceEvent, 'contentType' | 'body' | 'view' | 'wantsScores'>;
  /**
   * The one model that may answer.
   *
   * @default - all of the catalogue
   */
  readonly member?: string | undefined;
}

/** A model's answer, and how it came about. */
export interface Inference {
  /** By which feedback is given; without the service's secret, an answer is just as good, but takes no feedback. */
  readonly requestId: string;
  readonly model: ServedCandidate;
  readonly answer: ModelAnswer['answer'];
  readonly timing: InferResponse['timing'];
  readonly selection: InferResponse['selection'];
}

/**
 * Works out the budget, selects a model, has it answer and counts the answer.
 *
 * @throws {@link ProblemError} when no model could answer, or the request is at fault
 */
export async function runInference(
  service: InferenceParts,
  request: InferenceRequest,
): Promise<Inference> {
  const { requestId, caller, deadline, input, rung, decoding } = request;
  const { startMs, receivedEpochMs, ownStartMs } = request.arrival;
  const { source, ...budget } = timeBudget(
    {
      slaMs: deadline.slaMs ?? service.defaultSlaMs,
      uploadStartMs: deadline.uploadStartMs,
      receivedMs: receivedEpochMs,
      startMs: ownStartMs,
    },
    service.budget,
  );

  const profiles = await service.profiles.profiles(Math.max(0, budget.budgetMs));
  const models = candidatesOf(service, profiles, { rung, decoding });
  const candidates = membersOf(models, request.member).map((model) =>
    asMetNow(model, {
      ...service.occupancy.of(model.name),
      isWarmedUp: service.warmUps.hasStarted(model.name, model.coldMeanMs),
    }),
  );
  const selectStartMs = performance.now();
  const { outputMs, outputInputMs, deviceAccuracyPct, atDeadline } = deadline;
  const known: TimeBudget = {
    ...budget,
    // The only strategy that uses it, and it takes longer than the others themselves.
    ...(service.strategy === 'expected-accuracy' && {
      outputMs: service.outputTimes.distribution({
        // A T_input that is a guess foretells nothing.
        inputMs: source === 'client' ? budget.inputMs : undefined,
        ownMs: outputMs,
      }),
    }),
    deviceAccuracyPct,
    clockErrorMs: service.clockErrorMs,
  };
  const selection = select(
    strategies[service.strategy],
    askable(service.breakers, candidates),
    budgetAfter(selectStartMs - startMs, known),
    service.random,
  );
  const selectMs = performance.now() - selectStartMs;

  const unanswered: LoggedRequest = {
    epochMs: roundMs(receivedEpochMs),
    slaMs: budget.slaMs,
    inputMs: roundMs(budget.inputMs),
    source,
    ...(ownStartMs > 0 && { startMs: roundMs(ownStartMs) }),
    outputMs,
    outputInputMs,
    deviceAccuracyPct,
    strategy: service.strategy,
    inTime: false,
  };
  const answered = await answerWith(service, {
    chosen: selection.model,
    candidates,
    budget: known,
    receivedMs: startMs,
    atDeadline: atDeadline ?? (deviceAccuracyPct === undefined ? service.atDeadline : 'sla'),
    caller,
    event: { requestId, ...input },
  }).catch((error: unknown) => {
    // What is wrong with the request itself is no traffic that a model could have answered.
    if (statusOf(error) >= 500) service.telemetry.requested(unanswered);
    throw error;
  });
  const { model, answer, serviceMs, failed, asked, isHedged, isLate, version } = answered;
  if (outputMs !== undefined && service.reportShares.take(caller, 'T_output')) {
    const believedMs = Math.min(outputMs, budget.slaMs, longestOutputMs);
    service.outputTimes.observe({ outputMs: believedMs, inputMs: outputInputMs });
  }
  const { value: secret } = service.secret;
  const inference: Inference = {
    requestId: secret
      ? signRequestId(requestId, model.labelKey, receivedEpochMs, secret)
      : requestId,
    model,
    answer,
    timing: {
      slaMs: budget.slaMs,
      inputMs: roundMs(budget.inputMs),
      networkMs: roundMs(budget.networkMs),
      budgetMs: roundMs(budget.budgetMs),
      ...(ownStartMs > 0 && { startMs: roundMs(ownStartMs) }),
      selectMs: roundMs(selectMs),
      serviceMs: roundMs(serviceMs),
      serverMs: roundMs(performance.now() - startMs + ownStartMs),
      coldStart: answer.coldStart,
      source,
    },
    selection: {
      strategy: service.strategy,
      baseModel: modelNameOf(selection.baseModel),
      eligible: selection.eligible.map((e) => ({
        model: modelNameOf(e.model),
        probability: e.probability,
      })),
      ...(failed.length > 0 && { failed }),
      ...(asked.length > 1 && { asked }),
    },
  };
  // More likely than not.
  const inTime = performance.now() <= answerBy(startMs, { ...known, clockErrorMs: 0 }, 0.5);
  countAnswer(service, inference, { inTime, isHedged, isLate });
  service.telemetry.requested({
    ...unanswered,
    model: modelNameOf(model),
    accuracyPct: model.accuracyPct,
    serviceMs: inference.timing.serviceMs,
    serverMs: inference.timing.serverMs,
    coldStart: answer.coldStart,
    hedged: isHedged,
    inTime,
  });
  service.versionMetrics?.count({
    inTime,
    answeredBy: version === undefined ? undefined : { model: model.name, version },
  });
  return inference;
}

/** All sizes of the model that is asked for by name. */
function membersOf(models: ServedCandidate[], member: string | undefined): ServedCandidate[] {
  return member === undefined ? models : models.filter((it) => modelNameOf(it) === member);
}

function countAnswer(
  { telemetry }: Pick<Service, 'telemetry'>,
  { model, timing, selection }: Inference,
  { inTime, isHedged, isLate }: { inTime: boolean; isHedged: boolean; isLate: boolean },
): void {
  telemetry.answered({
    strategy: selection.strategy,
    model: modelNameOf(model),
    accuracyPct: model.accuracyPct,
    budgetMs: timing.budgetMs,
    serviceMs: timing.serviceMs,
    serverMs: timing.serverMs,
    coldStart: timing.coldStart,
    hedged: isHedged,
    fellBack: selection.failed !== undefined,
    deadlineExceeded: isLate,
    inTime,
  });
}
