import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';

/** How an address is written, for `--help`. */
export const addressHelp = 'https://HOST, with a path or without, or HOST alone';

/**
 * Reads the address of a service from the command line: with or without scheme, path and final slash. Without a
 * scheme, a host with a port, an IP address and `localhost` are asked by http, any other by https.
 *
 * @returns the address with its scheme and without a final slash, so that `/v1/...` can be appended
 * @throws {@link InvalidArgumentError} when it is none, or holds what would be lost
 */
export function serviceAddress(text: string): string {
  const written = text.trim();
  const url = parsed(/^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `https://${written}`);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError(`"${text}" is not ${addressHelp}.`);
  }
  if (url.username || url.password) {
    throw new InvalidArgumentError('An address cannot hold a name and a password.');
  }
  if (url.search || url.hash) {
    throw new InvalidArgumentError(`It must end before "${url.search || url.hash}".`);
  }
  if (!written.includes('://') && isPlainHttp(url)) url.protocol = 'http:';
  return url.href.replace(/\/+$/, '');
}

/** WHATWG's parser takes `http:///host` for `http://host`. */
function parsed(address: string): URL | undefined {
  return address.includes(':///') ? undefined : (URL.parse(address) ?? undefined);
}

/** Whether a host written without a scheme is likely to be served without TLS, as a local service is. */
function isPlainHttp({ hostname, port }: URL): boolean {
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) > 0;
  return hostname === 'localhost' || isAddress || port !== '';
}
