import { describe, expect, it } from 'vitest';
import { faultOfTime } from '../../lib/client/cloud/answer.ts';
import { estimateOf, ServerClock } from '../../lib/client/cloud/clock.ts';
import { ask } from '../../lib/client/cloud/http.ts';
import type { TimeSource } from '../../lib/client/time/time-source.ts';
import { vectors } from './vectors.ts';

interface Exchange {
  readonly sentMs: number;
  readonly sentWallMs: number;
  readonly receivedEpochMs: number;
  readonly epochMs: number;
  readonly arrivedMs: number;
  readonly arrivedWallMs: number;
  readonly ageS?: number;
  readonly fails?: boolean;
}

interface Reading {
  readonly nowMs: number;
  readonly wallMs: number;
  readonly estimate: { readonly offsetMs: number; readonly errorMs: number } | null;
  readonly isUsable: boolean;
  readonly epochMs: number;
}

const { exchanges, sequences } = vectors<{
  exchanges: (Exchange & { name: string; offsetMs: number; errorMs: number })[];
  sequences: {
    name: string;
    maxErrorMs: number;
    tickMs: number;
    steps: ({ exchanges: Exchange[] } | { reading: Reading })[];
  }[];
}>('clock');

/** A device whose clocks stand where the vectors say, and a service that answers what they say. */
class ScriptedDevice {
  readonly #clock: ServerClock;
  #left: readonly Exchange[] = [];
  #at = { nowMs: 0, wallMs: 0 };

  constructor({ maxErrorMs, tickMs }: { maxErrorMs: number; tickMs: number }) {
    const time: TimeSource = {
      nowMs: () => this.#at.nowMs,
      wallMs: () => this.#at.wallMs,
      setTimeout: () => 0,
      clearTimeout: () => undefined,
      stepMs: async () => tickMs,
    };
    const left = () => this.#left.length;
    this.#clock = new ServerClock({
      time,
      exchange: () => this.#exchange(),
      // As many as there are.
      get samples() {
        return left();
      },
      resyncMs: 300_000,
      maxErrorMs,
      onSync: () => undefined,
    });
  }

  async synchronize(exchanges: readonly Exchange[]): Promise<void> {
    const [{ sentMs, sentWallMs }] = exchanges as [Exchange];
    this.#at = { nowMs: sentMs, wallMs: sentWallMs };
    this.#left = exchanges;
    await this.#clock.synchronize();
  }

  async #exchange() {
    const [next, ...later] = this.#left as [Exchange, ...Exchange[]];
    this.#left = later;
    const { fails, ageS, arrivedMs, arrivedWallMs, ...told } = next;
    const fetch = async () => {
      if (fails) throw new TypeError('Failed to fetch');
      expect(this.#at).toEqual({ nowMs: told.sentMs, wallMs: told.sentWallMs });
      this.#at = { nowMs: arrivedMs, wallMs: arrivedWallMs };
      return Response.json(told, { headers: ageS === undefined ? {} : { age: String(ageS) } });
    };
    const connection = { endpoint: 'https://service.example', fetch, epochMs: () => 0 };
    const { signal } = new AbortController();
    return await ask<Exchange>(connection, { path: '/v1/time', signal, faultOf: faultOfTime });
  }

  read({ nowMs, wallMs }: Pick<Reading, 'nowMs' | 'wallMs'>) {
    this.#at = { nowMs, wallMs };
    const isUsable = this.#clock.usable() !== undefined;
    return { estimate: this.#clock.estimate(), isUsable, epochMs: this.#clock.epochMs() };
  }
}

describe('an exchange', () => {
  it.each(exchanges)('$name', ({ sentMs, arrivedMs, offsetMs, errorMs, ...told }) => {
    expect(estimateOf(sentMs, told, arrivedMs - sentMs)).toEqual({ offsetMs, errorMs });
  });
});

describe('the server’s clock', () => {
  it.each(sequences)('$name', async ({ steps, ...settings }) => {
    const device = new ScriptedDevice(settings);
    expect(steps.some((step) => 'reading' in step)).toBe(true);
    for (const step of steps) {
      if ('exchanges' in step) {
        await device.synchronize(step.exchanges);
        continue;
      }
      const { estimate, isUsable, epochMs } = step.reading;
      const read = device.read(step.reading);
      expect(read).toMatchObject({ isUsable, epochMs });
      if (estimate === null) expect(read.estimate).toBeUndefined();
      else {
        expect(read.estimate?.offsetMs).toBe(estimate.offsetMs);
        expect(read.estimate?.errorMs).toBeCloseTo(estimate.errorMs, 6);
      }
    }
  });
});
