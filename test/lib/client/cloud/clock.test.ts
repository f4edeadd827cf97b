import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedAnswerError } from '../../../../lib/client/api/errors.ts';
import { estimateOf, ServerClock } from '../../../../lib/client/cloud/clock.ts';
import type { TimeSource } from '../../../../lib/client/time/time-source.ts';

const hourMs = 3_600_000;

/** A device and a server, both in a world of true time. */
class World {
  trueMs = 0;
  /** Of the device's monotonic clock against true time, in ms per ms. */
  drift = 0;
  /** For how long the monotonic clock has stood still. */
  sleptMs = 0;
  wallErrorMs = 0;
  serverErrorMs = 0;
  delays: { upMs: number; downMs: number }[] = [];
  exchanges = 0;
  /** The step in ms by which the monotonic clock ticks; 0: none. */
  stepMs = 0;
  isOffline = false;

  readonly time: TimeSource = {
    nowMs: () => {
      const ms = 5_000 + (this.trueMs - this.sleptMs) * (1 + this.drift);
      return this.stepMs === 0 ? ms : this.stepMs * Math.floor(ms / this.stepMs);
    },
    wallMs: () => Math.floor(1.7e12 + this.wallErrorMs + this.trueMs),
    setTimeout: () => 0,
    clearTimeout: () => undefined,
    stepMs: async () => this.stepMs,
  };

  serverMs(): number {
    return 1.7e12 + this.trueMs + this.serverErrorMs;
  }

  readonly exchange = async () => {
    if (this.isOffline) throw new Error('offline');
    const { upMs, downMs } = this.delays[this.exchanges++ % this.delays.length] ?? {
      upMs: 10,
      downMs: 10,
    };
    this.trueMs += upMs;
    const receivedEpochMs = this.serverMs();
    this.trueMs += 2;
    const epochMs = this.serverMs();
    this.trueMs += downMs;
    return { receivedEpochMs, epochMs };
  };

  clock(settings: Partial<ConstructorParameters<typeof ServerClock>[0]> = {}): ServerClock {
    const onSync = () => undefined;
    const defaults = { samples: 3, resyncMs: 300_000, maxErrorMs: 250, onSync };
    return new ServerClock({ time: this.time, exchange: this.exchange, ...defaults, ...settings });
  }

  /** By how much a clock is wrong about the server's. */
  errorOf(clock: ServerClock): number {
    return Math.abs(clock.epochMs() - this.serverMs());
  }
}

const delay = fc.double({ min: 0, max: 5_000, noNaN: true });

describe('estimateOf', () => {
  it('is never wrong by more than its bound', () => {
    const epoch = fc.double({ min: -1e13, max: 1e13, noNaN: true });
    fc.assert(
      fc.property(epoch, delay, delay, delay, (offsetMs, upMs, workMs, downMs) => {
        const sentMs = 1_000;
        const receivedEpochMs = sentMs + upMs + offsetMs;
        const arrivedMs = sentMs + upMs + workMs + downMs;
        const epochMs = receivedEpochMs + workMs;
        const told = { receivedEpochMs, epochMs };
        const estimate = estimateOf(sentMs, told, arrivedMs - sentMs);
        // 1e13 as a double is exact to 2 us.
        expect(Math.abs(estimate.offsetMs - offsetMs)).toBeLessThanOrEqual(estimate.errorMs + 0.02);
        expect(estimate.errorMs).toBeCloseTo((upMs + downMs) / 2, 1);
      }),
    );
  });

  it('is exact when both ways take the same time', () => {
    expect(estimateOf(100, { receivedEpochMs: 1_120, epochMs: 1_125 }, 45)).toEqual({
      offsetMs: 1_000,
      errorMs: 20,
    });
  });
});

describe('ServerClock', () => {
  it('knows nothing before it has asked, and then tells the wall clock', () => {
    const world = new World();
    const clock = world.clock();
    expect(clock.usable()).toBeUndefined();
    expect(clock.epochMs()).toBe(world.time.wallMs());
  });

  it('keeps the exchange with the best round trip', async () => {
    const world = new World();
    world.delays = [
      { upMs: 400, downMs: 20 },
      { upMs: 12, downMs: 8 },
      { upMs: 20, downMs: 300 },
    ];
    const clock = world.clock();
    await clock.synchronize();
    expect(world.exchanges).toBe(3);
    expect(world.errorOf(clock)).toBeCloseTo(2, 3);
    expect(clock.usable()?.errorMs).toBeGreaterThanOrEqual(10);
    expect(clock.usable()?.errorMs).toBeLessThan(11);
  });

  it.each([3 * hourMs, -3 * hourMs, 400 * 24 * hourMs])(
    'is right where the wall clock is wrong by %s ms, and where it is corrected',
    async (wallErrorMs) => {
      const world = new World();
      world.wallErrorMs = wallErrorMs;
      const clock = world.clock();
      await clock.synchronize();
      expect(world.errorOf(clock)).toBeLessThan(0.01);

      // Somebody sets the clock: it could as well have slept, so nothing is sent until the next time.
      world.wallErrorMs = 0;
      expect(clock.usable()).toBeUndefined();
      await clock.refresh();
      expect(world.errorOf(clock)).toBeLessThan(0.01);
      expect(clock.usable()?.errorMs).toBeLessThan(11);
    },
  );

  it('is never wrong by more than its bound, whatever the links and the drift', async () => {
    const step = fc.record({ waitMs: fc.nat(6 * hourMs), upMs: delay, downMs: delay });
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: -45e-6, max: 45e-6, noNaN: true }),
        fc.array(step, { minLength: 1, maxLength: 12 }),
        async (drift, steps) => {
          const world = new World();
          world.drift = drift;
          world.delays = steps;
          const clock = world.clock();
          for (const { waitMs } of steps) {
            await clock.refresh();
            world.trueMs += waitMs;
            const bound = clock.estimate()?.errorMs ?? 0;
            expect(world.errorOf(clock)).toBeLessThanOrEqual(bound + 0.02);
          }
        },
      ),
    );
  });

  it('grows its bound with its age, and asks again in time', async () => {
    const world = new World();
    world.drift = 40e-6;
    const clock = world.clock();
    await clock.synchronize();
    const young = clock.estimate()?.errorMs ?? 0;
    world.trueMs += hourMs;
    const old = clock.estimate()?.errorMs ?? 0;
    expect(old - young).toBeGreaterThan(150);
    expect(world.errorOf(clock)).toBeGreaterThan(100);

    for (let i = 0; i < 24 * 60; i++) {
      world.trueMs += 60_000;
      await clock.refresh();
      expect(world.errorOf(clock)).toBeLessThan(15);
      expect(clock.usable()).toBeDefined();
    }
    expect(world.exchanges).toBeLessThan(3 * 24 * 15);
  });

  it.each([2_000, 8 * hourMs])('notices that the device slept for %s ms', async (sleepMs) => {
    const world = new World();
    const clock = world.clock();
    await clock.synchronize();
    world.trueMs += sleepMs;
    world.sleptMs += sleepMs;
    expect(clock.usable()).toBeUndefined();
    // Signatures need no more than the minute.
    expect(world.errorOf(clock)).toBeLessThan(30);

    await clock.refresh();
    expect(world.errorOf(clock)).toBeLessThan(0.01);
    expect(clock.usable()).toBeDefined();
  });

  it('counts on no exchange that the device slept through', async () => {
    const world = new World();
    const clock = world.clock({
      samples: 1,
      exchange: async () => {
        world.trueMs += hourMs;
        world.sleptMs += hourMs;
        return await world.exchange();
      },
    });
    await clock.synchronize();
    expect(clock.usable()).toBeUndefined();
  });

  it('asks again at once after a long sleep, soon after a failure, and not all the time', async () => {
    const world = new World();
    const clock = world.clock();
    world.isOffline = true;
    await clock.refresh();
    world.isOffline = false;
    world.trueMs += 4_000;
    await clock.refresh();
    expect(world.exchanges).toBe(0);
    world.trueMs += 2_000;
    await clock.refresh();
    expect(world.exchanges).toBe(3);
    world.trueMs += 200_000;
    await clock.refresh();
    expect(world.exchanges).toBe(3);
    world.trueMs += 8 * hourMs;
    world.sleptMs += 8 * hourMs;
    await clock.refresh();
    expect(world.exchanges).toBe(6);
  });

  it('knows by the wall clock that its failure was long ago', async () => {
    const world = new World();
    const clock = world.clock();
    world.isOffline = true;
    await clock.refresh();
    world.isOffline = false;
    world.trueMs += 8 * hourMs;
    world.sleptMs += 8 * hourMs;
    await clock.refresh();
    expect(world.exchanges).toBe(3);
  });

  it('leaves a slow link alone for a while, though what it learned is of no use', async () => {
    const world = new World();
    world.delays = [{ upMs: 600, downMs: 600 }];
    const clock = world.clock();
    for (let i = 0; i < 40; i++) {
      await clock.refresh();
      world.trueMs += 1_000;
    }
    expect(clock.usable()).toBeUndefined();
    expect(world.exchanges).toBe(3);
  });

  it('follows a server whose clock has been set', async () => {
    const world = new World();
    const clock = world.clock();
    await clock.synchronize();
    world.serverErrorMs = 5_000;
    world.delays = [{ upMs: 60, downMs: 60 }];
    await clock.synchronize();
    expect(world.errorOf(clock)).toBeLessThan(0.01);
  });

  it('keeps what it knows when it cannot ask', async () => {
    const world = new World();
    const clock = world.clock();
    await clock.synchronize();
    world.isOffline = true;
    world.trueMs += 600_000;
    await clock.refresh();
    expect(clock.usable()?.errorMs).toBeCloseTo(10 + 600_000 * 50e-6, 0);
  });

  it('asks once when asked twice at the same time', async () => {
    const world = new World();
    const clock = world.clock();
    await Promise.all([clock.synchronize(), clock.synchronize(), clock.refresh()]);
    expect(world.exchanges).toBe(3);
  });
});

describe('a clock that ticks in steps', () => {
  it.each([0.1, 1, 16.7, 100])('of %s ms is never wrong by more than its bound', async (stepMs) => {
    const step = fc.record({ waitMs: fc.nat(600_000), upMs: delay, downMs: delay });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const world = new World();
        world.stepMs = stepMs;
        world.delays = steps;
        const clock = world.clock();
        for (const { waitMs } of steps) {
          await clock.synchronize();
          const { offsetMs = 0, errorMs = 0 } = clock.estimate() ?? {};
          // Against a clock without steps, as the server sees the device.
          const offMs = Math.abs(offsetMs - (world.serverMs() - 5_000 - world.trueMs));
          expect(offMs).toBeLessThanOrEqual(errorMs + 0.02);
          world.trueMs += waitMs;
        }
      }),
    );
  });

  it('widens its bound by the step', async () => {
    const world = new World();
    world.stepMs = 100;
    const clock = world.clock();
    await clock.synchronize();
    expect(clock.estimate()?.errorMs).toBeGreaterThanOrEqual(100);
    expect(clock.usable()).toBeDefined();
  });

  it('takes two exchanges within a step for what they are', async () => {
    const world = new World();
    world.stepMs = 100;
    // The device's clock ticks between two exchanges that see the same ms of the server's.
    world.trueMs = 96;
    const errors: unknown[] = [];
    const exchange = async () => {
      world.trueMs += 3;
      return { receivedEpochMs: 7, epochMs: 7 };
    };
    await world.clock({ exchange, onSync: (_, error) => errors.push(error) }).synchronize();
    expect(errors).toEqual([undefined]);
  });
});

describe('a time out of a cache', () => {
  /** A cache that answers in so many ms what the server said once. */
  function caching(world: World, cacheMs: number) {
    let stored: Awaited<ReturnType<typeof world.exchange>> | undefined;
    return async () => {
      if (!stored) {
        stored = await world.exchange();
        return stored;
      }
      world.trueMs += cacheMs;
      return stored;
    };
  }

  it.each([0.7, 3, 40])(
    'that answers in %s ms is noticed, and nothing is learned',
    async (cacheMs) => {
      const world = new World();
      const told: unknown[] = [];
      const clock = world.clock({
        samples: 5,
        exchange: caching(world, cacheMs),
        onSync: (...args) => told.push(args),
      });
      await clock.synchronize();
      expect(told).toEqual([[undefined, expect.any(MalformedAnswerError)]]);
      expect(clock.usable()).toBeUndefined();
      expect(clock.epochMs()).toBe(world.time.wallMs());
    },
  );

  it('undoes the whole synchronization, and keeps what was known before', async () => {
    const world = new World();
    world.delays = [{ upMs: 30, downMs: 30 }];
    let exchange = world.exchange;
    const errors: unknown[] = [];
    const clock = world.clock({
      exchange: () => exchange(),
      onSync: (_, error) => errors.push(error),
    });
    await clock.synchronize();
    const before = clock.estimate();
    // The first exchange with it looks like the best of all; the second shows how old it was.
    const [epochMs, receivedEpochMs] = [world.serverMs() - 50_000, world.serverMs() - 50_000];
    exchange = async () => {
      world.trueMs += 3;
      return { receivedEpochMs, epochMs };
    };
    await clock.synchronize();
    expect(errors).toEqual([undefined, expect.any(MalformedAnswerError)]);
    expect(clock.estimate()?.offsetMs).toBe(before?.offsetMs);
  });

  it('is asked for again a while later, not all the time', async () => {
    const world = new World();
    const cached = caching(world, 5);
    const clock = world.clock({ exchange: () => (world.isOffline ? world.exchange() : cached()) });
    await clock.refresh();
    const asked = world.exchanges;
    await clock.refresh();
    expect(world.exchanges).toBe(asked);
  });
});

describe('onSync', () => {
  it('tells what is known, and why nothing new was learned', async () => {
    const world = new World();
    const told: unknown[][] = [];
    const clock = world.clock({ onSync: (...args) => told.push(args) });
    await clock.synchronize();
    world.isOffline = true;
    await clock.synchronize();
    const known = { offsetMs: expect.any(Number), errorMs: expect.any(Number) };
    expect(told).toEqual([
      [known, undefined],
      [known, expect.objectContaining({ message: 'offline' })],
    ]);
  });
});
