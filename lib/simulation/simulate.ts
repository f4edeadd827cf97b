import { OutputTimes } from '../selection/output-time.ts';
import { seededRandom } from '../selection/random.ts';
import { select } from '../selection/select.ts';
import type { Candidate, Distribution } from '../selection/types.ts';
import { clairvoyant } from './oracle.ts';
import type { Requests } from './requests.ts';
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
}

/** One answered request. */
export interface Answered {
  /** Index of the model that ran. */
  readonly model: number;
  readonly inputMs: number;
  readonly serviceMs: number;
  readonly outputMs: number;
}

/** What became of the requests. */
export interface Outcome {
  /** Mean accuracy in percent of the models that ran, in time or not: the paper's aggregate accuracy. */
  readonly accuracyPct: number;
  /** The same with duplication: the device's where the answer is late or the device is better. */
  readonly duplicatedAccuracyPct: number;
  /** Share of requests in percent whose answer is late: on-device reliance, 100 - SLA attainment. */
  readonly reliancePct: number;
  /** End-to-end latency of the cloud's answers, in ms. */
  readonly meanMs: number;
  readonly stdMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of the requests in percent that each model answered, in the order of the models. */
  readonly usagePct: readonly number[];
  /** The requests one by one, when they were asked for. */
  readonly answered?: readonly Answered[];
}

/**
 * Lets a selector choose the model of each request. It knows what a deployed selector knows: T_input by
 * the phone's clock, the profiles, and T_output of answers that the phone had before it sent the
 * request. Strategies are called as the deployed selector calls them.
 *
 * @param onAnswer - called for each request
 * @throws NoCandidateError when there is no model
 */
export function simulate(
  requests: Requests,
  simulation: Simulation,
  onAnswer?: (answer: Answered) => void,
): Outcome {
  const { models, believed = models, slaMs, selector, deviceAccuracyPct, seed } = simulation;
  const count = requests.startMs.length;
  const serviceMs = serviceTimes(models, requests.slowness, seed);
  const accuracyPct = Float64Array.from(models, (model) => model.accuracyPct);
  const runs = new Float64Array(models.length);
  const latencyMs = new Float64Array(count);
  const seenOutputMs = new Float64Array(count);
  const history = new History(requests.startMs, latencyMs, seenOutputMs);

  // The same objects for every request: what the loop itself does costs no allocation.
  const candidates = believed.map((model, index) => ({ ...model, index }));
  const budget = {
    ...{ slaMs, inputMs: 0, networkMs: 0, budgetMs: 0, deviceAccuracyPct },
    clockErrorMs: simulation.clockErrorMs,
    outputMs: undefined as Distribution | undefined,
  };
  const drawModel = seededRandom(seed + 1);
  let request = 0;
  const totalMs = (model: number) => {
    const ms = serviceMs(request, model);
    return (requests.inputMs[request] ?? 0) + ms + requests.outputMs(request, ms);
  };
  const isInTime = ({ index }: { index: number }) => totalMs(index) <= slaMs;
  const choose =
    selector === 'oracle'
      ? () => clairvoyant(candidates, isInTime).index
      : () => select(deciders[selector], candidates, budget, drawModel).model.index;

  let [accuracySum, duplicatedSum, late] = [0, 0, 0];
  for (; request < count; request++) {
    const inputMs = requests.inputMs[request] ?? 0;
    const measuredMs = Math.max(0, inputMs + (requests.clockMs[request] ?? 0));
    budget.inputMs = measuredMs;
    budget.networkMs = 2 * measuredMs;
    budget.budgetMs = slaMs - 2 * measuredMs;
    // No other strategy asks for it, and it costs more than they do.
    if (selector === 'expected-accuracy') budget.outputMs = history.before(request);

    const model = choose();
    const ms = serviceMs(request, model);
    const outputMs = requests.outputMs(request, ms);
    const total = inputMs + ms + outputMs;
    latencyMs[request] = total;
    // As the phone works it out: what its clock adds to T_input it takes from T_output.
    seenOutputMs[request] = Math.max(0, total - measuredMs - ms);
    runs[model] = (runs[model] ?? 0) + 1;
    const accuracy = accuracyPct[model] ?? 0;
    accuracySum += accuracy;
    if (total > slaMs) late++;
    duplicatedSum += total > slaMs ? deviceAccuracyPct : Math.max(accuracy, deviceAccuracyPct);
    onAnswer?.({ model, inputMs, serviceMs: ms, outputMs });
  }
  return {
    accuracyPct: accuracySum / count,
    duplicatedAccuracyPct: duplicatedSum / count,
    reliancePct: (100 * late) / count,
    ...statisticsOf(latencyMs),
    usagePct: Array.from(runs, (times) => (100 * times) / count),
  };
}

/** T_output of the answers that the phone has had, as it reports them with its next request. */
class History {
  readonly #outputTimes = new OutputTimes();
  readonly #startMs: Float64Array;
  readonly #latencyMs: Float64Array;
  readonly #outputMs: Float64Array;
  #next = 0;
  #lastMs: number | undefined;

  constructor(startMs: Float64Array, latencyMs: Float64Array, outputMs: Float64Array) {
    this.#startMs = startMs;
    this.#latencyMs = latencyMs;
    this.#outputMs = outputMs;
  }

  /** What is known of T_output when a request begins. */
  before(request: number): Distribution | undefined {
    const nowMs = this.#startMs[request] ?? 0;
    while (this.#next < request && this.#endMs(this.#next) <= nowMs) {
      this.#lastMs = this.#outputMs[this.#next] ?? 0;
      this.#outputTimes.observe(this.#lastMs);
      this.#next++;
    }
    return this.#outputTimes.distribution(this.#lastMs);
  }

  #endMs(request: number): number {
    return (this.#startMs[request] ?? 0) + (this.#latencyMs[request] ?? 0);
  }
}

function statisticsOf(latencyMs: Float64Array) {
  const count = latencyMs.length;
  const meanMs = latencyMs.reduce((sum, ms) => sum + ms, 0) / count;
  const squares = latencyMs.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0);
  const sorted = latencyMs.toSorted();
  const quantile = (q: number) => sorted[Math.floor(q * (count - 1))] ?? 0;
  return {
    meanMs,
    stdMs: Math.sqrt(squares / count),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}
