import { setTimeout as delay } from 'node:timers/promises';
import { inferResponseSchema, problemSchema } from '../../../lib/core/contract/schemas.ts';
import { type RunningService, sample } from '../running-service.ts';

/** What a client saw of one request. */
export interface ObservedRequest {
  /** On the clock of `performance.now()`, when it was sent. */
  readonly sentMs: number;
  readonly slaMs: number;
  readonly latencyMs: number;
  readonly status: number;
  /** The model that answered. */
  readonly model?: string;
  /** Models that were asked and could not answer. */
  readonly failed: readonly string[];
  /** All models that were asked. */
  readonly asked: readonly string[];
  /** The type of the problem document, if it is one. */
  readonly problem?: string;
}

/** The SLAs in ms of the four clients. */
export const slasMs = [250, 400, 600, 1_000] as const;

/** Between a client's answer and its next request, so that two processors can serve four clients. */
const pauseMs = 250;

/** Four clients with different SLAs, who have no model on the device: a 504 at the deadline is no worse than a late answer. */
export class Traffic {
  readonly observed: ObservedRequest[] = [];
  readonly #clients: Promise<void>[];
  #isOver = false;

  constructor(service: RunningService) {
    this.#clients = slasMs.map((slaMs) => this.#client(service, slaMs));
  }

  /** Resolves when the last request has been answered. */
  async stop(): Promise<readonly ObservedRequest[]> {
    this.#isOver = true;
    await Promise.all(this.#clients);
    return this.observed;
  }

  async #client(service: RunningService, slaMs: number): Promise<void> {
    while (!this.#isOver) {
      this.observed.push(await request(service, slaMs));
      await delay(pauseMs);
    }
  }
}

async function request(service: RunningService, slaMs: number): Promise<ObservedRequest> {
  const sentMs = performance.now();
  const response = await service.post(new Uint8Array(sample.bytes), {
    'mdi-sla-ms': String(slaMs),
    'mdi-upload-start': Date.now().toFixed(3),
    'mdi-at-deadline': 'fail',
  });
  const body: unknown = await response.json();
  const seen = { sentMs, slaMs, latencyMs: performance.now() - sentMs, status: response.status };
  if (!response.ok) {
    const { type } = problemSchema.parse(body);
    return { ...seen, problem: type, failed: [], asked: [] };
  }
  const { model, selection } = inferResponseSchema.parse(body);
  return {
    ...seen,
    model: model.name,
    failed: selection.failed ?? [],
    asked: selection.asked ?? [model.name],
  };
}
