import type { ClientEvent } from '../../lib/client/api/events.ts';
import type { ClockEstimate } from '../../lib/client/api/types.ts';
import { Cloud } from '../../lib/client/cloud/cloud.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';

/** How the service answers one `POST /v1/infer`. */
export interface Answer {
  readonly status?: number;
  readonly retryAfter?: string | null;
  /** From the start of the upload to the whole answer. */
  readonly totalMs?: number;
  readonly timing?: Partial<InferResponse['timing']>;
}

const hourMs = 3_600_000;

/** The client's side of the service on a clock that only moves when it is told to. */
export class ScriptedCloud {
  readonly events: ClientEvent[] = [];
  /** The headers of each `POST /v1/infer` that was sent. */
  readonly sent: Record<string, string>[] = [];
  readonly #cloud: Cloud;
  #at = { nowMs: 0, wallMs: 1.7e12 };
  #exchange = { offsetMs: 0, roundTripMs: 0 };
  #answer: Answer = {};

  constructor({ maxErrorMs = 250 } = {}) {
    const time = {
      nowMs: () => this.#at.nowMs,
      wallMs: () => this.#at.wallMs,
      setTimeout: () => 0,
      clearTimeout: () => undefined,
    };
    const fetch = async (url: string, init: RequestInit) => {
      if (new URL(url).pathname === '/v1/time') return this.#timeAnswer();
      this.sent.push(init.headers as Record<string, string>);
      const { status = 200, retryAfter, totalMs = 0, timing } = this.#answer;
      this.#pass(totalMs);
      const headers = new Headers(
        retryAfter === null || retryAfter === undefined ? {} : { 'retry-after': retryAfter },
      );
      return Response.json(answerOf(timing), { status, headers });
    };
    const clock = { samples: 1, maxErrorMs };
    const options = { endpoint: 'https://service.example', slaMs: 250, fetch, clock };
    this.#cloud = new Cloud(options, time, (event) => this.events.push(event));
  }

  /** Lets the client learn the server's clock, with just this error, by an exchange that ends at this time. */
  async learnClock(atMs: number, { offsetMs, errorMs }: ClockEstimate): Promise<void> {
    const roundTripMs = errorMs / (1 / 2 + 50e-6);
    this.#exchange = { offsetMs, roundTripMs };
    this.#pass(atMs - roundTripMs - this.#at.nowMs);
    // As after sleep: whatever was known is in doubt by an hour.
    this.#at.wallMs += hourMs;
    await this.#cloud.refresh();
  }

  /** Uploads an image; what comes of it. */
  async infer(
    startMs: number,
    answer: Answer,
    { endMs = startMs + 250, deviceAccuracyPct }: Upload = {},
  ): Promise<unknown> {
    this.#pass(startMs - this.#at.nowMs);
    this.#answer = answer;
    const { signal } = new AbortController();
    const image = { image: new Uint8Array(1), contentType: 'image/jpeg' };
    return await this.#cloud
      .infer({ ...image, endMs, deviceAccuracyPct, signal })
      .catch((error: unknown) => error);
  }

  #timeAnswer(): Response {
    const { offsetMs, roundTripMs } = this.#exchange;
    const epochMs = this.#at.nowMs + offsetMs + roundTripMs / 2;
    this.#pass(roundTripMs);
    return Response.json({ epochMs, receivedEpochMs: epochMs });
  }

  #pass(ms: number): void {
    this.#at = { nowMs: this.#at.nowMs + ms, wallMs: this.#at.wallMs + ms };
  }
}

interface Upload {
  readonly endMs?: number;
  readonly deviceAccuracyPct?: number | undefined;
}

function answerOf(timing: Answer['timing']) {
  return {
    requestId: 'r1',
    model: { name: 'm', version: '1', accuracyPct: 80 },
    predictions: [{ index: 0, label: 'disc', score: 1 }],
    timing: { slaMs: 250, inputMs: 50, serverMs: 10, source: 'default', ...timing },
  };
}
