import { InvalidArgumentError } from 'commander';

/**
 * Reads names of hosts, as they stand in the header `Host`, without ports and separated by commas.
 *
 * @throws {@link InvalidArgumentError} for anything that is none
 */
export function readHosts(text: string): string[] {
  return text.split(',').map((item) => {
    const host = item.trim();
    if (host === '*' || /^[\w-]+(\.[\w-]+)*$/.test(host)) return host;
    throw new InvalidArgumentError(`"${host}" is not a host's name, such as models.example.com.`);
  });
}
