import { basename, dirname } from 'node:path';
import { dsvFormat } from 'd3-dsv';
import { MdInferenceError } from '../../../core/errors.ts';
import { readTextFile } from '../../../service/catalogue/text.ts';
import { listLinks } from './links.ts';
import {
  families,
  type LinkConditions,
  type MeasuredNetwork,
  namedNetworks,
  type SimulatedNetwork,
} from './networks.ts';

/** The text or file of a network cannot be used; the message quotes it and says why. */
export class InvalidNetworkError extends MdInferenceError {
  override readonly name = 'InvalidNetworkError';
}

/** The forms in which a network can be written. */
export const networkForms = [
  ...namedNetworks.map(({ name }) => name),
  ...families.map((family) => `${family}:MEAN,STD`),
  'csv:FILE',
  'link:FOLDER/NAME',
];

/**
 * Reads a network as it is written on the command line.
 *
 * @param text - one of {@link networkForms}; MEAN and STD are those of T_nw in ms
 * @param conditions - of recorded links
 * @throws {@link InvalidNetworkError} when it has none of these forms, or its file cannot be used
 * @throws {@link TraceError} when the folder of a link cannot be used
 */
export function readNetwork(text: string, conditions: LinkConditions): SimulatedNetwork {
  const named = namedNetworks.find(({ name }) => name === text);
  if (named) return named;
  const colon = text.indexOf(':');
  const [kind, rest] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  const family = families.find((name) => name === kind);
  if (family) {
    const [meanMs = 0, stdMs = -1, ...more] = rest.split(',').map(Number);
    if (!(meanMs > 0 && stdMs >= 0 && meanMs + stdMs < 1e9) || more.length > 0) {
      throw new InvalidNetworkError(
        `"${text}": write ${family}:MEAN,STD in ms, with a mean above 0`,
      );
    }
    return { kind: family, name: text, meanMs, stdMs };
  }
  if (kind === 'csv') return parseMeasuredTimes(readText(rest), basename(rest));
  if (kind === 'link') {
    const [folder, name] = [dirname(rest), basename(rest)];
    if (!listLinks(folder).includes(name)) {
      throw new InvalidNetworkError(
        `${folder}: there is no link "${name}" (${name}.up, ${name}.down)`,
      );
    }
    return { kind: 'link', name, folder, conditions };
  }
  throw new InvalidNetworkError(`"${text}" is none of ${networkForms.join(', ')}`);
}

function readText(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    throw new InvalidNetworkError(`${path}: cannot read the times: ${(error as Error).message}`);
  }
}

/** The columns of a file of measured times, in ms. */
const headers = ['networkMs', 'inputMs,outputMs'];

/**
 * Reads measured network times from CSV, one request per line: either T_nw, of which each way takes
 * half, or T_input and T_output; in ms, with or without a header (`networkMs`, or `inputMs,outputMs`).
 * Columns are separated by commas, or by semicolons as spreadsheets do where decimals are written with a
 * comma. Where a comma may be either, the file is refused.
 *
 * @param name - for messages and reports
 * @throws {@link InvalidNetworkError} when a line is not as described; the message names the line
 */
export function parseMeasuredTimes(text: string, name: string): MeasuredNetwork {
  const hasSemicolons = text.includes(';');
  const rows = dsvFormat(hasSemicolons ? ';' : ',').parseRows(text.trim(), (row) =>
    row.map((field) => (hasSemicolons ? field.trim().replace(',', '.') : field.trim())),
  );
  const [first = ['']] = rows;
  const hasHeader = headers.includes(first.join());
  if (!hasHeader && /[a-z]/i.test(first.join())) {
    throw new InvalidNetworkError(
      `${name}, line 1: the header must be ${headers.join(' or ')}, not "${first.join()}"`,
    );
  }
  if (!hasHeader && !hasSemicolons) refuseDecimalCommas(rows, name);
  const times = rows.flatMap((row, i) =>
    (i === 0 && hasHeader) || row.join() === ''
      ? []
      : [readTimes(row, first.length, `${name}, line ${i + 1}`)],
  );
  if (times.length === 0) throw new InvalidNetworkError(`${name}: there is no time in it`);
  return {
    ...{ kind: 'measured', name },
    inputMs: times.map(({ inputMs }) => inputMs),
    outputMs: times.map(({ outputMs }) => outputMs),
  };
}

/** Two columns without a point anywhere may as well be one column of decimals. */
function refuseDecimalCommas(rows: readonly (readonly string[])[], name: string): void {
  const pairs = rows.filter((row) => row.join() !== '');
  const [first] = pairs;
  if (!first || !pairs.every((row) => row.length === 2 && row.every(isDigits))) return;
  const [whole, decimals] = first;
  throw new InvalidNetworkError(
    `${name}: is "${first.join()}" a time of ${whole}.${decimals} ms, or T_input and T_output? Write decimals with a point, or begin two columns with the header ${headers[1]}`,
  );
}

function isDigits(field: string): boolean {
  return /^\d+$/.test(field);
}

function readTimes(row: readonly string[], columns: number, where: string) {
  const times = row.map((field) => (field === '' ? Number.NaN : Number(field)));
  if (row.length !== columns || columns > 2 || !times.every((ms) => ms >= 0 && ms < 1e9)) {
    const wanted = columns === 1 ? 'one time' : 'T_input and T_output';
    const isDecimal = row.length > columns ? row.every(isDigits) : row.join('').includes(',');
    const hint = isDecimal ? '; decimals take a point' : '';
    throw new InvalidNetworkError(`${where}: must be ${wanted} in ms, not "${row.join()}"${hint}`);
  }
  const [first = 0, second] = times;
  return second === undefined
    ? { inputMs: first / 2, outputMs: first / 2 }
    : { inputMs: first, outputMs: second };
}
