import { type Dispatcher, EnvHttpProxyAgent, interceptors, RetryAgent } from 'undici';

/** When a download gives up. */
export interface DownloaderSettings {
  /** A server that sends nothing for this long has stalled. */
  readonly stallMs: number;
  /** Attempts of one request after the first. */
  readonly retries: number;
  /** Pause before the first of these, doubled for each further one; a server's `Retry-After` takes precedence. */
  readonly firstPauseMs: number;
}

/** Patient with a slow connection, not with a dead one. */
export const defaultDownloaderSettings: DownloaderSettings = {
  stallMs: 30_000,
  retries: 4,
  firstPauseMs: 500,
};

const longestPauseMs = 30_000;

/**
 * The undici dispatcher of downloads: it follows redirects, times out, retries transient failures with
 * growing pauses, and uses the proxy of `HTTPS_PROXY`. Close it in the end.
 *
 * @default settings - {@link defaultDownloaderSettings}
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
    // Not a server that cannot be found or refuses connections: another URL may work.
    errorCodes: [
      'ECONNRESET',
      'EPIPE',
      'UND_ERR_BODY_TIMEOUT',
      'UND_ERR_HEADERS_TIMEOUT',
      'UND_ERR_SOCKET',
    ],
  });
}
