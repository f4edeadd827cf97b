import { bisectLeft } from 'd3-array';
import type { Random } from '../../core/statistics/random.ts';
import type { RequestLine } from '../../service/request-line.ts';

/** Reports about requests that are longer ago are about others, whose T_input happens to be the same. */
const longestAgoMs = 3_600_000;
/** A T_output that is not known is drawn from those of so many requests whose T_input is closest. */
const neighbours = 20;

/**
 * T_output of each request. Its client reports it with a later request, together with T_input of the answer, which
 * in microseconds tells the one from the others; two whose T_input is the same to the microsecond may be mistaken for
 * each other. One that nobody has reported is drawn from those of similar T_input; where there is no report at all
 * it is T_input (paper, Section IV-D).
 *
 * @param requests - in the order of their time
 * @returns T_output in ms, and how many of them were reported
 */
export function joinOutputTimes(
  requests: readonly RequestLine[],
  random: Random,
): { outputMs: Float64Array; reported: number } {
  const outputMs = new Float64Array(requests.length).fill(Number.NaN);
  const lastOf = new Map<number, number>();
  requests.forEach((request, i) => {
    const { epochMs, outputInputMs, outputMs: reportedMs } = request;
    if (outputInputMs !== undefined && reportedMs !== undefined) {
      const about = lastOf.get(usOf(outputInputMs));
      const isRecent =
        about !== undefined && epochMs - (requests[about]?.epochMs ?? 0) < longestAgoMs;
      // A client repeats its report until it has another answer.
      if (isRecent && Number.isNaN(outputMs[about])) outputMs[about] = reportedMs;
    }
    if (request.source === 'client') lastOf.set(usOf(request.inputMs), i);
  });
  const known = outputMs.reduce((count, ms) => (Number.isNaN(ms) ? count : count + 1), 0);
  const draw = fromSimilar(requests, random);
  requests.forEach(({ inputMs }, i) => {
    if (Number.isNaN(outputMs[i])) outputMs[i] = draw(inputMs);
  });
  return { outputMs, reported: known };
}

/** Draws T_output for a T_input from all that was reported. */
function fromSimilar(
  requests: readonly RequestLine[],
  random: Random,
): (inputMs: number) => number {
  const pairs = requests
    .flatMap(({ outputInputMs, outputMs }) =>
      outputInputMs === undefined || outputMs === undefined ? [] : [{ outputInputMs, outputMs }],
    )
    .sort((a, b) => a.outputInputMs - b.outputInputMs);
  const inputs = Float64Array.from(pairs, ({ outputInputMs }) => outputInputMs);
  return (inputMs) => {
    if (pairs.length === 0) return inputMs;
    const middle = bisectLeft(inputs, inputMs);
    const from = Math.max(0, Math.min(middle - neighbours / 2, pairs.length - neighbours));
    const count = Math.min(neighbours, pairs.length);
    return pairs[from + Math.floor(random() * count)]?.outputMs ?? inputMs;
  };
}

function usOf(ms: number): number {
  return Math.round(1_000 * ms);
}
