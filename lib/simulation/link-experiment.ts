import { OutputTimes } from '../selection/output-time.ts';
import { seededRandom } from '../selection/random.ts';
import { select } from '../selection/select.ts';
import { type StrategyName, strategies } from '../selection/strategies.ts';
import type { Candidate, TimeBudget } from '../selection/types.ts';
import { drawExponential, drawLognormal, drawNormal } from './draw.ts';
import type { Link } from './links.ts';
import { clairvoyant } from './oracle.ts';

/** Whoever selects in a simulation: a strategy, or the clairvoyant ceiling. */
export type SelectorName = StrategyName | 'oracle';

/** A phone that sends one image after another over a recorded link. */
export interface LinkScenario {
  readonly requests: number;
  readonly seed: number;
  /** Upload sizes are lognormal, in bytes. */
  readonly uploadMeanBytes: number;
  readonly uploadStdBytes: number;
  readonly answerBytes: number;
  /** What each way takes beside the trace: normal, in ms, at least half its mean. */
  readonly baseDelayMs: number;
  readonly baseJitterMs: number;
  /** Mean pause between a request's end and the next one's start, in ms, exponential. */
  readonly pauseMs: number;
  /** By how much the phone's clock makes every T_input look longer than it is, in ms. */
  readonly clockOffsetMs: number;
  /** What the selector keeps in hand for it, in ms: by default as much as a deployment. */
  readonly clockErrorMs: number;
  /** Accuracy in percent of the model on the device. */
  readonly deviceAccuracyPct: number;
}

/** The scenario unless told otherwise: photos of about 52 KB, as the paper measured them. */
export const defaultLinkScenario: LinkScenario = {
  requests: 2_000,
  seed: 1,
  uploadMeanBytes: 51_900,
  uploadStdBytes: 53_600,
  answerBytes: 1_500,
  baseDelayMs: 20,
  baseJitterMs: 3,
  pauseMs: 500,
  clockOffsetMs: 0,
  clockErrorMs: 5,
  deviceAccuracyPct: 41.4,
};

/** What came out for one SLA on one link. */
export interface LinkOutcome {
  /** Mean accuracy in percent over all answers, the device's included. */
  readonly accuracyPct: number;
  /** Share of requests, in percent, whose answer came too late: the device's was used. */
  readonly reliancePct: number;
}

/** One request, the same for everybody who selects. */
interface Request {
  readonly startMs: number;
  /** When the upload has arrived. */
  readonly arrivalMs: number;
  /** By how many deviations every model is slower than its mean this time. */
  readonly slowness: number;
  readonly answerDelayMs: number;
}

/**
 * Sends requests over a link and lets a selector choose the model of each. Whoever selects knows what
 * a deployed selector knows: T_input by the phone's clock, the profiles, and T_output of answers that
 * the phone had before it sent the request. Requests, links and service times are the same for all
 * selectors of a seed.
 */
export function runOverLink(
  link: Link,
  models: readonly Candidate[],
  slaMs: number,
  selector: SelectorName,
  scenario: LinkScenario,
): LinkOutcome {
  const random = seededRandom(scenario.seed);
  const drawModel = seededRandom(scenario.seed + 1);
  const outputTimes = new OutputTimes();
  const onTheWay: { endMs: number; outputMs: number }[] = [];
  let lastOutputMs: number | undefined;
  let accuracyPct = 0;
  let late = 0;
  let nextStartMs = random() * link.up.periodMs;

  for (let i = 0; i < scenario.requests; i++) {
    const request = drawRequest(link, nextStartMs, scenario, random);
    while (onTheWay[0] && onTheWay[0].endMs <= request.startMs) {
      lastOutputMs = onTheWay.shift()?.outputMs;
      if (lastOutputMs !== undefined) outputTimes.observe(lastOutputMs);
    }
    const answerOf = (model: Candidate) => answer(link, request, model, scenario);
    const isInTime = (model: Candidate) => answerOf(model).endMs - request.startMs <= slaMs;
    const inputMs = Math.max(0, request.arrivalMs - request.startMs + scenario.clockOffsetMs);
    const budget: TimeBudget = {
      slaMs,
      inputMs,
      networkMs: 2 * inputMs,
      budgetMs: slaMs - 2 * inputMs,
      outputMs: outputTimes.distribution(lastOutputMs),
      deviceAccuracyPct: scenario.deviceAccuracyPct,
      clockErrorMs: scenario.clockErrorMs,
    };
    const model =
      selector === 'oracle'
        ? clairvoyant(models, isInTime)
        : select(strategies[selector], models, budget, drawModel).model;

    const { readyMs, endMs } = answerOf(model);
    const serverMs = readyMs - request.arrivalMs;
    // As the phone works it out: what its clock adds to T_input it takes from T_output.
    const outputMs = Math.max(0, endMs - request.startMs - inputMs - serverMs);
    onTheWay.push({ endMs, outputMs });
    const inTime = isInTime(model);
    accuracyPct += inTime
      ? Math.max(model.accuracyPct, scenario.deviceAccuracyPct)
      : scenario.deviceAccuracyPct;
    if (!inTime) late++;
    // The same moment whoever selects; an upload is over before the next begins.
    nextStartMs =
      Math.max(request.startMs + slaMs, request.arrivalMs) +
      drawExponential(random, scenario.pauseMs);
  }
  return {
    accuracyPct: accuracyPct / scenario.requests,
    reliancePct: (100 * late) / scenario.requests,
  };
}

function drawRequest(
  { up }: Link,
  startMs: number,
  scenario: LinkScenario,
  random: () => number,
): Request {
  const bytes = drawLognormal(random, scenario.uploadMeanBytes, scenario.uploadStdBytes);
  const arrivalMs = up.deliveredMs(startMs, bytes) + drawDelay(scenario, random);
  const answerDelayMs = drawDelay(scenario, random);
  return { startMs, arrivalMs, slowness: drawNormal(random), answerDelayMs };
}

function drawDelay({ baseDelayMs, baseJitterMs }: LinkScenario, random: () => number): number {
  return Math.max(baseDelayMs / 2, baseDelayMs + baseJitterMs * drawNormal(random));
}

function answer(
  { down }: Link,
  { arrivalMs, slowness, answerDelayMs }: Request,
  { meanMs, stdMs }: Candidate,
  { answerBytes }: LinkScenario,
): { readyMs: number; endMs: number } {
  const readyMs = arrivalMs + Math.max(0, meanMs + slowness * stdMs);
  return { readyMs, endMs: down.deliveredMs(readyMs, answerBytes) + answerDelayMs };
}
