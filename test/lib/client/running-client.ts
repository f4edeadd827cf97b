import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Client, ClientOptions, PrepareOptions } from '../../../lib/client/api/options.ts';
import type { Classification, Readiness } from '../../../lib/client/api/types.ts';
import { createClient } from '../../../lib/client/client.ts';
import { systemTime, type TimeSource } from '../../../lib/client/time/time-source.ts';
import { type Behaviour, FakeService, fakeTime } from './fake-service.ts';

/** The fake timers; how finely they tick is no matter. */
export const fakeTimers: TimeSource = { ...systemTime, stepMs: undefined };

/** The image that tests classify. */
export const image = new Blob(['an image'], { type: 'image/jpeg' });

/** The service and the clients of one test, under fake timers; afterwards nothing may be left running. */
export function useFakeService(): {
  readonly service: FakeService;
  readonly clients: Client[];
  client(options?: Partial<ClientOptions>): Client;
  /** What comes of {@link image} with a new client, and after how many ms, when the service behaves so. */
  classify(
    options: Partial<ClientOptions>,
    behaviour?: Behaviour,
  ): Promise<{ answer: Classification | undefined; error?: unknown; ms: number }>;
} {
  const state = { service: new FakeService(), clients: [] as Client[] };
  beforeEach(() => {
    fakeTime();
    state.service = new FakeService();
    state.clients = [];
  });
  afterEach(async () => {
    await vi.runAllTimersAsync();
    expect(vi.getTimerCount()).toBe(0);
    for (const client of state.clients) client.close();
    vi.useRealTimers();
  });
  const client = (options: Partial<ClientOptions> = {}) => {
    const { fetch } = state.service;
    const made = createClient({
      endpoint: 'https://service.example/',
      slaMs: 250,
      fetch,
      time: fakeTimers,
      ...options,
    });
    state.clients.push(made);
    return made;
  };
  return {
    client,
    async classify(options, behaviour = {}) {
      state.service.infer = behaviour;
      const { value, error, ms } = await outcome(client(options).classify(image));
      return { answer: value, error, ms };
    },
    get service() {
      return state.service;
    },
    get clients() {
      return state.clients;
    },
  };
}

/** Runs until a promise settles; gives what came of it, and after how many ms. */
export async function outcome<T>(
  promise: Promise<T>,
): Promise<{ value?: T; error?: unknown; ms: number }> {
  const startMs = performance.now();
  let end: { value?: T; error?: unknown; ms: number } | undefined;
  promise.then(
    (value) => {
      end = { value, ms: performance.now() - startMs };
    },
    (error) => {
      end = { error, ms: performance.now() - startMs };
    },
  );
  for (let i = 0; i < 100_000 && !end; i++) await vi.advanceTimersByTimeAsync(1);
  return end ?? { ms: Number.NaN };
}

/** What a promise gives, with time running until it does. */
export async function value<T>(promise: Promise<T>): Promise<T> {
  await outcome(promise);
  return promise;
}

/** Prepares a client, and lets it learn all that it asks for. */
export async function prepared(client: Client, options?: PrepareOptions): Promise<Readiness> {
  const readiness = await value(client.prepare(options));
  await vi.runAllTimersAsync();
  return readiness;
}
