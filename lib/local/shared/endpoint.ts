import type { IncomingMessage } from 'node:http';
import type { CallRecorder } from './calls.ts';
import type { PurgedConnections } from './purged-connections.ts';
import type { SessionTokens } from './session-tokens.ts';

/** What the endpoints that functions call have in common. */
export interface EndpointSettings {
  /** Learns of every distinct call. */
  readonly recorder: CallRecorder;
  /** Those of the processes that may call. */
  readonly tokens: SessionTokens;
  /**
   * The connections of frozen environments.
   *
   * @default - nothing is frozen
   */
  readonly frozen?: PurgedConnections | undefined;
}

/**
 * True for a request that a web page made a browser send: it has an `Origin`, or names another host than the
 * address that it came to (DNS rebinding: the page's own name leads to this machine). The runner's processes are
 * given that address, and send no origin.
 */
export function isFromPage({ headers, socket }: IncomingMessage): boolean {
  const { localAddress, localPort } = socket;
  return headers.origin !== undefined || headers.host !== `${localAddress}:${localPort}`;
}

/** True for a request to one of the runner's endpoints that none of its own processes has sent. */
export function isStranger(request: IncomingMessage, tokens: SessionTokens): boolean {
  return isFromPage(request) || !tokens.accepts(request.headers['x-amz-security-token']);
}
