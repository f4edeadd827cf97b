import { select } from '../../core/selection/select.ts';
import type { Candidate, Distribution } from '../../core/selection/types.ts';
import { seededRandom } from '../../core/statistics/random.ts';
import { clairvoyant } from './oracle.ts';
import { type Answers, type Outcome, summarize } from './outcome.ts';
import { OutputHistory } from './output-history.ts';
import type { Requests } from './requests/requests.ts';
import { deciders, type SelectorName } from './selectors.ts';
import { serviceTimes } from './service-times.ts';

/** Who selects from what, and for whom. */
export interface Simulation {
  /** The models as they are. */
  readonly models: readonly Candidate[];
  /** The same models in the same order as the selector's profiles have them; by default as they are. */
  readonly believed?: readonly Candidate[] | undefined;
  readonly slaMs: number;
  readonly selector: SelectorName;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
  /** What the selector keeps in hand for wrong clocks, in ms. */
  readonly clockErrorMs: number;
  readonly seed: number;
  /** Whether the outcome lists the answers one by one. */
  readonly keepAnswers?: boolean;
}

/**
 * Lets a selector choose the model of each request. It knows what a deployed selector knows: T_input by
 * the phone's clock, the profiles, and T_output of answers that the phone had before it sent the
 * request. Strategies are called as the deployed selector calls them.
 *
 * @throws NoCandidateError when there is no model
 */
export function simulate(requests: Requests, simulation: Simulation): Outcome {
  const { models, slaMs, selector, seed } = simulation;
  const count = requests.startMs.length;
  const timeOf = serviceTimes(models, requests.slowness, seed);
  const answers: Answers = {
    model: new Uint16Array(count),
    inputMs: requests.inputMs,
    serviceMs: new Float64Array(count),
    outputMs: new Float64Array(count),
    latencyMs: new Float64Array(count),
  };
  const seenOutputMs = new Float64Array(count);
  const history = new OutputHistory(requests.startMs, answers.latencyMs, seenOutputMs);
  let request = 0;
  const budget = emptyBudget(simulation);
  const choose = chooser(simulation, budget, (model) => {
    const serviceMs = timeOf(request, model);
    const inputMs = requests.inputMs[request] ?? 0;
    return inputMs + serviceMs + requests.outputMs(request, serviceMs);
  });

  // The same objects for every request: what the loop itself does costs no allocation.
  for (; request < count; request++) {
    const inputMs = requests.inputMs[request] ?? 0;
    const measuredMs = Math.max(0, inputMs + (requests.clockMs[request] ?? 0));
    budget.inputMs = measuredMs;
    budget.networkMs = 2 * measuredMs;
    budget.budgetMs = slaMs - 2 * measuredMs;
    // No other strategy asks for it, and it costs more than they do.
    if (selector === 'expected-accuracy') budget.outputMs = history.before(request);

    const model = choose();
    const serviceMs = timeOf(request, model);
    const outputMs = requests.outputMs(request, serviceMs);
    const latencyMs = inputMs + serviceMs + outputMs;
    answers.model[request] = model;
    answers.serviceMs[request] = serviceMs;
    answers.outputMs[request] = outputMs;
    answers.latencyMs[request] = latencyMs;
    // As the phone works it out: what its clock adds to T_input it takes from T_output.
    seenOutputMs[request] = Math.max(0, latencyMs - measuredMs - serviceMs);
  }
  return {
    ...summarize(answers, models, simulation),
    ...(simulation.keepAnswers && { answers }),
  };
}

function emptyBudget({ slaMs, deviceAccuracyPct, clockErrorMs }: Simulation) {
  const outputMs = undefined as Distribution | undefined;
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
 * Chooses the index of a model for what the budget says.
 *
 * @param latencyOf - what the clairvoyant knows: how long a model's answer would take in all, in ms
 */
function chooser(
  { models, believed = models, selector, slaMs, seed }: Simulation,
  budget: ReturnType<typeof emptyBudget>,
  latencyOf: (model: number) => number,
): () => number {
  const candidates = believed.map((model, index) => ({ ...model, index }));
  if (selector === 'oracle') {
    const isInTime = ({ index }: { index: number }) => latencyOf(index) <= slaMs;
    return () => clairvoyant(candidates, isInTime).index;
  }
  const drawModel = seededRandom(seed + 1);
  return () => select(deciders[selector], candidates, budget, drawModel).model.index;
}
