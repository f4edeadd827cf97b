import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { LinkConditions } from '../requests/link-requests.ts';
import { listLinks } from './links.ts';
import { NetworkError, parseMeasuredTimes } from './measured-times.ts';
import { families, type Network, namedNetworks } from './networks.ts';

/** What a network can be written as. */
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
 * @throws NetworkError when it is none of them, or its file cannot be used
 * @throws TraceError when a link's folder does not hold it
 */
export function readNetwork(text: string, conditions: LinkConditions): Network {
  const named = namedNetworks.find(({ name }) => name === text);
  if (named) return named;
  const colon = text.indexOf(':');
  const [kind, rest] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  const family = families.find((name) => name === kind);
  if (family) {
    const [meanMs = 0, stdMs = -1, ...more] = rest.split(',').map(Number);
    if (!(meanMs > 0 && stdMs >= 0 && meanMs + stdMs < 1e9) || more.length > 0) {
      throw new NetworkError(`"${text}": write ${family}:MEAN,STD in ms, with a mean above 0`);
    }
    return { kind: family, name: text, meanMs, stdMs };
  }
  if (kind === 'csv') return parseMeasuredTimes(readText(rest), basename(rest));
  if (kind === 'link') {
    const [folder, name] = [dirname(rest), basename(rest)];
    if (!listLinks(folder).includes(name)) {
      throw new NetworkError(`${folder}: there is no link "${name}" (${name}.up, ${name}.down)`);
    }
    return { kind: 'link', name, folder, conditions };
  }
  throw new NetworkError(`"${text}" is none of ${networkForms.join(', ')}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new NetworkError(`${path}: cannot read the times: ${(error as Error).message}`);
  }
}
