import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Of `name`, `name:8080`, `127.0.0.1:8080`, `[::1]:8080`. */
const authority = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d+)?$/i;

/**
 * Whether a server that listens for this machine may answer to a `Host`. A page may have its own name lead to
 * this machine (DNS rebinding), and would then be of the same origin; so names other than localhost must be allowed.
 * An address leads nowhere else, whoever says it.
 *
 * @param allowed - names of hosts; `*` is any
 */
export function isOwnHost(host: string, allowed: readonly string[]): boolean {
  const [, address, name = ''] = authority.exec(host) ?? [];
  if (address !== undefined) return isIP(address) === 6;
  const lower = name.toLowerCase().replace(/\.$/, '');
  if (lower === '') return false;
  return (
    isIP(lower) === 4 ||
    /(^|\.)localhost$/.test(lower) ||
    allowed.some((other) => other === '*' || other.toLowerCase() === lower)
  );
}

/**
 * Whether a request comes from no web page, or from one of the service's own: such a page has the same host, or its
 * browser says so (`Sec-Fetch-Site`, which no page can set), for a proxy may have changed `Host`.
 */
export function isOwnPage(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  if (origin === undefined || headers['sec-fetch-site'] === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** The names in web origins: `localhost` of `http://localhost:5173`; `*` stays. */
export function hostsOf(origins: readonly string[]): string[] {
  return origins.flatMap((origin) => {
    if (origin === '*') return origin;
    return URL.canParse(origin) ? new URL(origin).hostname : [];
  });
}
