import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { PrepareResponse } from '../../lib/core/contract/messages.ts';
import { prepareRequestSchema } from '../../lib/core/contract/schemas.ts';
import { timeBudget } from '../../lib/core/selection/budget.ts';
import { planHedge } from '../../lib/core/selection/hedging.ts';
import { fastest, undominated } from '../../lib/core/selection/ranking.ts';
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
  | 'feedbackWeight'
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
  const { slaMs = service.defaultSlaMs } = event.body
    ? readJsonBody(event, prepareRequestSchema)
    : {};
  const needed = await modelsFor(service, slaMs);
  const [warm, due] = [true, false].map((isWarm) =>
    needed.filter(({ name }) => service.warmUps.isRecent(name) === isWarm),
  ) as [ServedCandidate[], ServedCandidate[]];
  const started = await Promise.all(due.map((model) => start(service, model)));
  return {
    slaMs,
    warming: due.filter((_, i) => started[i]).map(({ name }) => name),
    warm: warm.map(({ name }) => name),
  };
}

/**
 * The models that may be asked: those that the strategy would choose once they run, whom it would hedge with, and
 * the one that answers when others cannot.
 */
async function modelsFor(service: PrepareParts, slaMs: number): Promise<ServedCandidate[]> {
  // How long this client's upload will take, nobody knows yet.
  const budget = {
    ...timeBudget({ slaMs, receivedMs: 0 }, service.budget),
    clockErrorMs: service.clockErrorMs,
  };
  const profiles = await service.profiles.profiles(profilesWaitMs);
  const candidates = candidatesOf(service, profiles).map((model) => ({ ...model, coldShare: 0 }));
  const usable = askable(service.breakers, candidates);
  const { eligible } = strategies[service.strategy](usable, budget);
  const chosen = eligible
    .filter(({ probability }) => probability >= leastProbability)
    .map(({ model }) => model);
  const { isOn, pricePct } = service.hedgeTokens;
  // A picture that comes before the chosen model has started meets it cold: then it is hedged.
  const hedges = chosen.map((model) =>
    isOn ? planHedge({ ...model, coldShare: 1 }, usable, budget, pricePct)?.model : undefined,
  );
  const all = [...chosen, ...hedges, fastest(undominated(usable))];
  return [...new Set(all.filter((model) => model !== undefined))];
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
