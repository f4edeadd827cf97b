import type { ChildProcess } from 'node:child_process';
import type { PurgedConnections } from '../shared/purged-connections.ts';

/** From when on a frozen environment's connections are gone: much sooner than on Lambda. */
const purgeAfterMs = 200;

/** Freezes a process between events, as Lambda does an environment. */
export class Freezer {
  readonly #process: Pick<ChildProcess, 'kill'>;
  readonly #connections: Pick<PurgedConnections, 'purge'>;
  readonly #token: string;
  #frozenAtMs: number | undefined;

  /** @param token - the session token that comes with the process' requests */
  constructor(
    process: Pick<ChildProcess, 'kill'>,
    connections: Pick<PurgedConnections, 'purge'>,
    token: string,
  ) {
    this.#process = process;
    this.#connections = connections;
    this.#token = token;
  }

  freeze(): void {
    this.#frozenAtMs = performance.now();
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    if (this.#frozenAtMs === undefined) return;
    const frozenMs = performance.now() - this.#frozenAtMs;
    this.#frozenAtMs = undefined;
    if (frozenMs >= purgeAfterMs) this.#connections.purge(this.#token);
    this.#process.kill('SIGCONT');
  }
}
