import type { IncomingMessage } from 'node:http';
import { type BodyFault, readBody } from '../shared/http-server.ts';

/** What bodies may cost. */
export interface BodyLimits {
  /** The longest that a body may take to arrive. */
  readonly arrivalMs: number;
  /** What all bodies that are held at a time may have together. */
  readonly heldBytes: number;
}

/** Why there is no body: it took too long, or others needed the room. */
export type HeldBodyFault = BodyFault | 'too slow' | 'crowded out';

interface Holding {
  bytes: number;
  readonly fault: PromiseWithResolvers<HeldBodyFault>;
}

/**
 * Reads the bodies of requests, and bounds what all of them take until they are released. Where there is no more
 * room, the body that has been arriving for longest gives way: an honest one arrives quickly.
 */
export class HeldBodies {
  readonly #limits: BodyLimits;
  /** From the oldest to the newest. */
  readonly #arriving = new Set<Holding>();
  readonly #held = new WeakMap<IncomingMessage, Holding>();
  #bytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** How many bytes are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The whole body of a request, which is held until it is released, or why there is none. */
  async read(request: IncomingMessage, maxBytes: number): Promise<Buffer | HeldBodyFault> {
    if (Number(request.headers['content-length']) > maxBytes) return 'too large';
    const holding: Holding = { bytes: 0, fault: Promise.withResolvers() };
    this.#held.set(request, holding);
    this.#arriving.add(holding);
    const slow = setTimeout(() => holding.fault.resolve('too slow'), this.#limits.arrivalMs);
    const take = ({ length }: Buffer) => {
      holding.bytes += length;
      this.#bytes += length;
      this.#makeRoom();
    };
    request.on('data', take);
    const body = await Promise.race([readBody(request, maxBytes), holding.fault.promise]);
    request.off('data', take);
    clearTimeout(slow);
    this.#arriving.delete(holding);
    if (!Buffer.isBuffer(body)) this.release(request);
    return body;
  }

  /** The body of a request is no longer needed. */
  release(request: IncomingMessage): void {
    this.#bytes -= this.#held.get(request)?.bytes ?? 0;
    this.#held.delete(request);
  }

  #makeRoom(): void {
    for (const holding of this.#arriving) {
      if (this.#bytes <= this.#limits.heldBytes) return;
      this.#arriving.delete(holding);
      this.#bytes -= holding.bytes;
      holding.bytes = 0;
      holding.fault.resolve('crowded out');
    }
  }
}
