import { type Dispatcher, EnvHttpProxyAgent, interceptors, RetryAgent } from 'undici';

/** When a download is given up. */
export interface DownloaderSettings {
  /** A server that says nothing for so long has stalled. */
  readonly stallMs: number;
  /** Attempts after the first, of one request. */
  readonly retries: number;
  /** Pause before the first of them; each further one doubles. A server's `Retry-After` goes first. */
  readonly firstPauseMs: number;
}

/** Patient enough for a slow line, not for a dead one. */
export const defaultDownloaderSettings: DownloaderSettings = {
  stallMs: 30_000,
  retries: 4,
  firstPauseMs: 500,
};

const longestPauseMs = 30_000;

/**
 * What downloads go through: undici with redirects, time-outs, and retries of what may pass, with growing
 * pauses; through a proxy where `HTTPS_PROXY` says so. Close it in the end.
 */
export function createDownloader(
  settings: DownloaderSettings = defaultDownloaderSettings,
): Dispatcher {
  const { stallMs, retries, firstPauseMs } = settings;
  const agent = new EnvHttpProxyAgent({
    headersTimeout: stallMs,
    bodyTimeout: stallMs,
    connect: { timeout: stallMs },
  });
  return new RetryAgent(agent.compose(interceptors.redirect({ maxRedirections: 5 })), {
    maxRetries: retries,
    minTimeout: firstPauseMs,
    maxTimeout: longestPauseMs,
    statusCodes: [408, 429, 500, 502, 503, 504],
    // Not of a server that cannot be found or refuses: there may be another URL.
    errorCodes: [
      'ECONNRESET',
      'EPIPE',
      'UND_ERR_BODY_TIMEOUT',
      'UND_ERR_HEADERS_TIMEOUT',
      'UND_ERR_SOCKET',
    ],
  });
}
