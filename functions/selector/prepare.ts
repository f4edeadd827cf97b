import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { PrepareResponse } from '../../lib/core/contract/messages.ts';
import { prepareRequestSchema } from '../../lib/core/contract/schemas.ts';
import { planHedge } from '../../lib/core/selection/hedging.ts';
import { fastest, undominated } from '../../lib/core/selection/ranking.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import { strategies } from '../../lib/core/selection/strategies.ts';
import { warmUp } from '../../lib/service/inference/warm-up.ts';
import { askable, candidatesOf, refuseLatencyOnly, type ServedCandidate } from './candidates.ts';
import { readJsonBody } from './json-body.ts';
import type { Service } from './service.ts';

/** A model that is chosen less often than this is not worth starting. */
const leastProbability = 0.05;

/** How long profiles may take to be read when this selector has just started, in ms: no picture waits. */
const profilesWaitMs = 1_000;

/** What {@link prepare} works with. */
export type PrepareParts = Pick<
  Service,
  | 'catalogue'
  | 'models'
  | 'strategy'
  | 'defaultSlaMs'
  | 'budget'
  | 'clockErrorMs'
  | 'fieldAccuracies'
  | 'profiles'
  | 'breakers'
  | 'hedgeTokens'
  | 'lambda'
  | 'warmUps'
  | 'telemetry'
>;

/**
 * `POST /v1/prepare`: a picture is coming. Starts the models that it may need, each at most once a minute, and
 * does not wait for them: Lambda takes an asynchronous invocation in some ms. Not even that is left for after the
 * answer, when Lambda freezes the selector.
 *
 * @throws {@link ProblemError} for a malformed body, and when all models are for latency only
 */
export async function prepare(
  service: PrepareParts,
  event: APIGatewayProxyEventV2,
): Promise<PrepareResponse> {
  refuseLatencyOnly(service);
  const { slaMs = service.defaultSlaMs, inputMs } = event.body
    ? readJsonBody(event, prepareRequestSchema)
    : {};
  const needed = await modelsFor(service, slaMs, inputMs);
  const [warm, due] = [true, false].map((isWarm) =>
    needed.filter(({ name }) => service.warmUps.isRecent(name) === isWarm),
  ) as [ServedCandidate[], ServedCandidate[]];
  const started = await Promise.all(due.map((model) => start(service, model)));
  return {
    slaMs,
    warming: namesOf(due.filter((_, i) => started[i])),
    warm: namesOf(warm),
  };
}

/** The models by the names that callers know: each once, whatever its sizes. */
function namesOf(models: readonly ServedCandidate[]): string[] {
  return [...new Set(models.map(modelNameOf))];
}

/**
 * The models that may be asked: those that the strategy would choose once they run, whom it would hedge with, and
 * the one that answers when others cannot.
 */
async function modelsFor(
  service: PrepareParts,
  slaMs: number,
  inputMs: number | undefined,
): Promise<ServedCandidate[]> {
  const profiles = await service.profiles.profiles(profilesWaitMs);
  const candidates = candidatesOf(service, profiles).map((model) => ({ ...model, coldShare: 0 }));
  const usable = askable(service.breakers, candidates);
  // A fast network leaves the time for a larger model than the usual one.
  const inputsMs = inputMs === undefined ? [0, service.budget.defaultNetworkMs / 2] : [inputMs];
  const chosen = inputsMs.flatMap((ms) => chosenFor(service, usable, slaMs, ms));
  return [...new Set([...chosen, fastest(undominated(usable))])];
}

/** The models that the strategy chooses for an upload that takes so long, and their hedges. */
function chosenFor(
  { strategy, clockErrorMs, hedgeTokens: { isOn, pricePct } }: PrepareParts,
  usable: readonly ServedCandidate[],
  slaMs: number,
  inputMs: number,
): ServedCandidate[] {
  const networkMs = 2 * inputMs;
  const budget = { slaMs, inputMs, networkMs, budgetMs: slaMs - networkMs, clockErrorMs };
  const { eligible } = strategies[strategy](usable, budget);
  return eligible
    .filter(({ probability }) => probability >= leastProbability)
    .flatMap(({ model }) => {
      // A picture that comes before the chosen model has started meets it cold: then it is hedged.
      const cold = { ...model, coldShare: 1 };
      const hedge = isOn ? planHedge(cold, usable, budget, pricePct)?.model : undefined;
      return hedge ? [model, hedge] : [model];
    });
}

/** False when Lambda did not take the warm-up; the picture then meets what it would have met without it. */
async function start(
  { lambda, warmUps, telemetry }: PrepareParts,
  { name, functionName }: ServedCandidate,
): Promise<boolean> {
  warmUps.sent(name);
  try {
    await warmUp(lambda, functionName);
    return true;
  } catch (error) {
    warmUps.failed(name);
    telemetry.logger.warn('model not warmed up', { model: name, error: error as Error });
    return false;
  }
}
