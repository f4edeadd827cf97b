import type { MeasuredNetwork } from './networks.ts';

/** A network cannot be used; the message says which and why. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** The columns of a file of measured times, in ms. */
const headers = ['networkMs', 'inputMs,outputMs'];

/**
 * Reads measured network times: a line for each request, either T_nw, half of which is taken for each
 * way, or T_input and T_output; in ms, with or without a header (`networkMs`, or `inputMs,outputMs`).
 *
 * @param name - for messages and reports
 * @throws {@link NetworkError} naming the line
 */
export function parseMeasuredTimes(text: string, name: string): MeasuredNetwork {
  const lines = text.trim().split(/\s*\n\s*/);
  const first = (lines[0] ?? '').replaceAll(/\s/g, '');
  const hasHeader = headers.includes(first);
  if (!hasHeader && /[a-z]/i.test(first)) {
    throw new NetworkError(
      `${name}, line 1: the header must be ${headers.join(' or ')}, not "${lines[0]}"`,
    );
  }
  const columns = first.split(',').length;
  const inputMs: number[] = [];
  const outputMs: number[] = [];
  lines.forEach((line, i) => {
    if (i === 0 && hasHeader) return;
    const times = line
      .split(',')
      .map((field) => (field.trim() === '' ? Number.NaN : Number(field)));
    if (times.length !== columns || columns > 2 || !times.every((ms) => ms >= 0 && ms < 1e9)) {
      const wanted = columns === 1 ? 'one time' : 'T_input and T_output';
      throw new NetworkError(`${name}, line ${i + 1}: must be ${wanted} in ms, not "${line}"`);
    }
    const [input = 0, output] = times;
    inputMs.push(output === undefined ? input / 2 : input);
    outputMs.push(output ?? input / 2);
  });
  if (inputMs.length === 0) throw new NetworkError(`${name}: there is no time in it`);
  return { kind: 'measured', name, inputMs, outputMs };
}
