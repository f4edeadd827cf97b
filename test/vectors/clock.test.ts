import { describe, expect, it } from 'vitest';
import { exchangeTime } from '../../lib/client/cloud/http.ts';
import { type ClockSample, estimateOf, ServerClock } from '../../lib/client/time/clock.ts';
import type { TimeSource } from '../../lib/client/time/time-source.ts';
import { vectors } from './vectors.ts';

interface Exchange extends Omit<ClockSample, 'doubtMs'> {
  readonly sentWallMs: number;
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
  exchanges: (ClockSample & { name: string; offsetMs: number; errorMs: number })[];
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
  readonly #exchanges: Exchange[] = [];
  #at = { nowMs: 0, wallMs: 0 };

  constructor({ maxErrorMs, tickMs }: { maxErrorMs: number; tickMs: number }) {
    const time: TimeSource = {
      nowMs: () => this.#at.nowMs,
      wallMs: () => this.#at.wallMs,
      setTimeout: () => 0,
      clearTimeout: () => undefined,
      stepMs: async () => tickMs,
    };
    const exchange = async () => {
      const { sentMs, sentWallMs, ...answer } = this.#exchanges.shift()!;
      if (answer.fails) throw new TypeError('Failed to fetch');
      this.#at = { nowMs: sentMs, wallMs: sentWallMs };
      const fetch = async () => {
        this.#at = { nowMs: answer.arrivedMs, wallMs: answer.arrivedWallMs };
        const { epochMs, receivedEpochMs, ageS } = answer;
        const headers = new Headers(ageS === undefined ? {} : { age: String(ageS) });
        return Response.json({ epochMs, receivedEpochMs }, { headers });
      };
      const connection = { endpoint: 'https://service.example', fetch, epochMs: () => 0 };
      return await exchangeTime(connection, time, new AbortController().signal);
    };
    const onSync = () => undefined;
    this.#clock = new ServerClock({
      ...{ time, exchange, maxErrorMs, onSync, resyncMs: 300_000 },
      // As many as there are: where one fails, the others are not asked for.
      get samples() {
        return asked.length;
      },
    });
    const asked = this.#exchanges;
  }

  async synchronize(exchanges: readonly Exchange[]): Promise<void> {
    this.#exchanges.push(...exchanges);
    await this.#clock.synchronize();
  }

  read({ nowMs, wallMs }: Pick<Reading, 'nowMs' | 'wallMs'>) {
    this.#at = { nowMs, wallMs };
    const isUsable = this.#clock.usable() !== undefined;
    return { estimate: this.#clock.estimate(), isUsable, epochMs: this.#clock.epochMs() };
  }
}

describe('an exchange', () => {
  it.each(exchanges)('$name', ({ offsetMs, errorMs, ...sample }) => {
    expect(estimateOf(sample)).toEqual({ offsetMs, errorMs });
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
