import { InvalidArgumentError } from 'commander';
import { originFault } from '../../lib/infra/web-origin.ts';

/**
 * Reads web origins, as browsers send them in the header `Origin`, separated by commas.
 *
 * @throws {@link InvalidArgumentError} for anything that no browser would send
 */
export function readOrigins(text: string): string[] {
  return text.split(',').map((item) => {
    const origin = item.trim();
    const fault = originFault(origin);
    if (fault) throw new InvalidArgumentError(`${fault}.`);
    return origin;
  });
}
