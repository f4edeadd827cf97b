import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { tokenNumber } from './session-tokens.ts';

/** Environments that are told apart; of more, two share what is known of their connections. */
const slots = 4_096;

/**
 * The connections of frozen environments, which Lambda drops: whoever uses one again is answered
 * with a reset (RST). A connection belongs to the environment whose session token comes with its
 * requests, and is purged when that environment was frozen since its last request.
 *
 * The counts are in shared memory, because dynalite answers in a thread of its own.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html ("purges idle connections")
 */
export class PurgedConnections {
  readonly memory: SharedArrayBuffer;
  /** How often each environment's connections were purged. */
  readonly #purges: Int32Array;
  readonly #seen = new WeakMap<Socket, number>();

  /** @param memory - that of the instance which counts, for one in another thread */
  constructor(memory = new SharedArrayBuffer(slots * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#purges = new Int32Array(memory);
  }

  /** Purges all connections of the environment with this token. */
  purge(token: string): void {
    const number = tokenNumber(token);
    if (number !== undefined) Atomics.add(this.#purges, number % slots, 1);
  }

  /** Resets a request's connection if it was purged; true if so, and the request must be ignored. */
  reset({ headers, socket }: IncomingMessage): boolean {
    const number = tokenNumber(headers['x-amz-security-token']);
    if (number === undefined) return false;
    const purges = Atomics.load(this.#purges, number % slots);
    const seen = this.#seen.get(socket) ?? purges;
    this.#seen.set(socket, purges);
    if (seen === purges) return false;
    socket.resetAndDestroy();
    return true;
  }
}
