import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parseInferHeaders } from '../../lib/core/contract/headers.ts';
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
import { addressOf } from './address.ts';
import { type AnswerParts, answerWith } from './answer.ts';
import { callerOf } from './caller.ts';
import { askable, candidatesOf, refuseLatencyOnly } from './candidates.ts';
import { readPicture, rungOf } from './picture.ts';
import type { Service } from './service.ts';

/**
 * The longest T_output in ms that a client is believed, if its SLA is not shorter: answers have a kilobyte, and a
 * way back of a second is an outage.
 */
const longestOutputMs = 1_000;

/** What {@link infer} works with. */
export type InferenceParts = AnswerParts &
  Pick<
    Service,
    | 'catalogue'
    | 'view'
    | 'decodeLimits'
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

/**
 * `POST /v1/infer`: works out the budget, selects a model, has it answer and counts the answer.
 *
 * @param receivedEpochMs - Unix ms at which the handler started: T_input ends here
 * @param ownStartMs - how long the request has waited for the selector's own start, in ms
 * @throws {@link ProblemError} for every invalid request, and when no model could answer
 */
export async function infer(
  service: InferenceParts,
  event: APIGatewayProxyEventV2,
  receivedEpochMs: number,
  ownStartMs = 0,
): Promise<InferResponse> {
  const startMs = performance.now();
  refuseLatencyOnly(service);
  const { requestId } = event.requestContext;
  const headers = parseInferHeaders(event.headers);
  const caller = callerOf(event) ?? addressOf(event);
  const { decoding, ...picture } = readPicture(service, event, headers.view);
  const { source, ...budget } = timeBudget(
    {
      slaMs: headers.slaMs ?? service.defaultSlaMs,
      uploadStartMs: headers.uploadStartMs,
      receivedMs: receivedEpochMs,
      startMs: ownStartMs,
    },
    service.budget,
  );

  const profiles = await service.profiles.profiles(Math.max(0, budget.budgetMs));
  const rung = rungOf(service, headers.uploadRung);
  const candidates = candidatesOf(service, profiles, { rung, decoding }).map((model) =>
    asMetNow(model, {
      ...service.occupancy.of(model.name),
      isWarmedUp: service.warmUps.hasStarted(model.name, model.coldMeanMs),
    }),
  );
  const selectStartMs = performance.now();
  const { outputMs, outputInputMs, deviceAccuracyPct, atDeadline } = headers;
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
    event: { requestId, ...picture },
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
  const response: InferResponse = {
    // Without the secret the answer is just as good, but takes no feedback.
    requestId: secret
      ? signRequestId(requestId, model.labelKey, receivedEpochMs, secret)
      : requestId,
    model: { name: modelNameOf(model), version: model.version, accuracyPct: model.accuracyPct },
    predictions: answer.predictions,
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
  countAnswer(service, response, { inTime, isHedged, isLate });
  service.telemetry.requested({
    ...unanswered,
    model: response.model.name,
    accuracyPct: model.accuracyPct,
    serviceMs: response.timing.serviceMs,
    serverMs: response.timing.serverMs,
    coldStart: answer.coldStart,
    hedged: isHedged,
    inTime,
  });
  service.versionMetrics?.count({
    inTime,
    answeredBy: version === undefined ? undefined : { model: model.name, version },
  });
  return response;
}

function countAnswer(
  { telemetry }: Pick<Service, 'telemetry'>,
  { model, timing, selection }: InferResponse,
  { inTime, isHedged, isLate }: { inTime: boolean; isHedged: boolean; isLate: boolean },
): void {
  telemetry.answered({
    strategy: selection.strategy,
    model: model.name,
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
