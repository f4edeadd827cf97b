import { fastest, mostAccurate } from '../../core/selection/ranking.ts';
import { select } from '../../core/selection/strategies.ts';
import type { Candidate, WeightedTimes } from '../../core/selection/types.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import { type CertainDevice, chancePct, drawDeviceRuns } from './certainty.ts';
import { HedgedCalls, type Hedging, type IndexedCandidate } from './hedged-calls.ts';
import { type Answers, type SimulatedOutcome, summarize } from './outcome.ts';
import { OutputHistory, OutputReports } from './output-history.ts';
import type { Requests } from './requests/requests.ts';
import { deciders, type SelectorName } from './selectors.ts';
import { serviceTimes } from './service-times.ts';

/** A selector, and what it selects from. */
export interface Simulation {
  /** The models with their true service times. */
  readonly models: readonly Candidate[];
  /**
   * The same models in the same order, as the selector's profiles describe them.
   *
   * @default - `models`
   */
  readonly believed?: readonly Candidate[] | undefined;
  /** Of all requests that have none of their own. */
  readonly slaMs: number;
  readonly selector: SelectorName;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
  /**
   * The device runs its model before the upload: what is left of the SLA is the cloud's, and the client tells
   * the probability that this answer is right in place of the model's accuracy.
   *
   * @default - both run at the same time
   */
  readonly deviceFirst?: CertainDevice | undefined;
  /**
   * How the selector hedges.
   *
   * @default - not at all
   */
  readonly hedging?: Hedging | undefined;
  /** Margin of the selector for errors of the phone's clock, in ms. */
  readonly clockErrorMs: number;
  readonly seed: number;
  /**
   * Whether the outcome includes the answers.
   *
   * @default false
   */
  readonly keepAnswers?: boolean;
}

/** The default of a deployment's `clockErrorMs`, in ms. */
export const deployedClockErrorMs = 5;

/**
 * Lets a selector choose a model for each request. It knows what a deployed selector knows: T_input by the
 * phone's clock, the profiles, and T_output of the answers that had reached the phone before it sent the
 * request. Strategies are called as the deployed selector calls them, and so is what hedges.
 *
 * @throws {@link NoCandidateError} when there is no model
 */
export function simulate(requests: Requests, simulation: Simulation): SimulatedOutcome {
  const { models, slaMs, selector, seed } = simulation;
  const count = requests.startMs.length;
  const first = simulation.deviceFirst;
  const deviceRuns = first && drawDeviceRuns(first, count, seed);
  const chancesPct = first?.reliability.bins.map((_, bin) => chancePct(first, bin));
  const timeOf = serviceTimes(models, requests.slowness, seed);
  const answers: Answers = {
    model: new Uint16Array(count),
    inputMs: requests.inputMs,
    serviceMs: new Float64Array(count),
    outputMs: new Float64Array(count),
    latencyMs: new Float64Array(count),
    slaMs: requests.slaMs,
    deviceRuns,
  };
  const seenOutputMs = new Float64Array(count);
  const history = requests.reportOf
    ? new OutputReports((i) => requests.reportOf?.(i))
    : new OutputHistory(requests.startMs, answers.latencyMs, seenOutputMs, slaMs);
  let request = 0;
  const budget = emptyBudget(simulation);
  const candidates = (simulation.believed ?? models).map((model, index) => ({ ...model, index }));
  const world = {
    serviceMsOf: ({ index }: IndexedCandidate) => timeOf(request, index),
    isInTime: (serviceMs: number) => {
      const inputMs = requests.inputMs[request] ?? 0;
      return inputMs + serviceMs + requests.outputMs(request, serviceMs) <= budget.slaMs;
    },
  };
  const choose = chooser(simulation, candidates, budget, (model) =>
    world.isInTime(world.serviceMsOf(model)),
  );
  const calls = new HedgedCalls(candidates, simulation.hedging ?? { share: 0 });

  // The same objects for every request, so that the loop itself allocates nothing.
  for (; request < count; request++) {
    const inputMs = requests.inputMs[request] ?? 0;
    const measuredMs = Math.max(0, inputMs + (requests.clockMs[request] ?? 0));
    const waitedMs = deviceRuns?.tookMs[request] ?? 0;
    budget.slaMs = (requests.slaMs?.[request] ?? slaMs) - waitedMs;
    if (deviceRuns && chancesPct) {
      budget.deviceAccuracyPct = chancesPct[deviceRuns.bin[request] ?? 0] ?? 0;
    }
    budget.inputMs = measuredMs;
    budget.networkMs = 2 * measuredMs;
    budget.budgetMs = budget.slaMs - 2 * measuredMs;
    // The only strategy that uses it, and it costs more than the others themselves.
    if (selector === 'expected-accuracy') budget.outputMs = history.before(request, measuredMs);

    const { model, serviceMs } = calls.answer(choose(), budget, world);
    const outputMs = requests.outputMs(request, serviceMs);
    const latencyMs = waitedMs + inputMs + serviceMs + outputMs;
    answers.model[request] = model.index;
    answers.serviceMs[request] = serviceMs;
    answers.outputMs[request] = outputMs;
    answers.latencyMs[request] = latencyMs;
    // As the phone computes it: what its clock adds to T_input is missing from T_output.
    seenOutputMs[request] = Math.max(0, latencyMs - waitedMs - measuredMs - serviceMs);
  }
  return {
    ...summarize(answers, models, simulation),
    extraPct: (100 * calls.extra) / count,
    ...(simulation.keepAnswers && { answers }),
  };
}

function emptyBudget({ slaMs, deviceAccuracyPct, clockErrorMs }: Simulation) {
  const outputMs = undefined as WeightedTimes | undefined;
  return {
    slaMs,
    inputMs: 0,
    networkMs: 0,
    budgetMs: 0,
    outputMs,
    deviceAccuracyPct,
    clockErrorMs,
  };
}

/**
 * A function that chooses a model for the current values of `budget`.
 *
 * @param isInTime - what only the oracle knows: whether a model's answer will be in time
 */
function chooser(
  { selector, seed }: Simulation,
  candidates: readonly IndexedCandidate[],
  budget: ReturnType<typeof emptyBudget>,
  isInTime: (model: IndexedCandidate) => boolean,
): () => IndexedCandidate {
  if (selector === 'oracle') {
    return () => {
      const inTime = candidates.filter(isInTime);
      // The clairvoyant ceiling: the most accurate model whose answer comes in time, if there is one.
      return inTime.length > 0 ? mostAccurate(inTime) : fastest(candidates);
    };
  }
  const drawModel = seededRandom(seed + 1);
  return () => select(deciders[selector], candidates, budget, drawModel).model;
}
