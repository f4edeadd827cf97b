import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClassifyError, SlaExceededError } from '../../../../lib/client/api/errors.ts';
import type { DeviceAnswer, ImageKind } from '../../../../lib/client/api/types.ts';
import { type RaceOptions, RunningRace } from '../../../../lib/client/race/race.ts';
import type { TimeSource } from '../../../../lib/client/time/time-source.ts';
import type { InferResponse } from '../../../../lib/core/contract/messages.ts';
import { answer as cloudAnswer } from '../../playground/results/races.ts';
import { fakeTime } from '../fake-service.ts';

beforeEach(() => {
  fakeTime();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Timers that are counted, so that one that is left shows. */
class CountedTime implements TimeSource {
  readonly running = new Set<unknown>();
  readonly nowMs = () => performance.now();
  readonly wallMs = () => Date.now();
  readonly setTimeout = (callback: () => void, ms: number) => {
    const timer = setTimeout(() => {
      this.running.delete(timer);
      callback();
    }, ms);
    this.running.add(timer);
    return timer;
  };
  readonly clearTimeout = (timer: unknown) => {
    this.running.delete(timer);
    clearTimeout(timer as NodeJS.Timeout);
  };
}

/** What one of the two runs does. */
interface Plan {
  /** `Infinity`: never. */
  readonly takesMs: number;
  readonly fails: boolean;
  readonly accuracyPct: number;
  /** Goes on when it is stopped. */
  readonly isDeaf: boolean;
}
interface Scenario {
  readonly slaMs: number;
  readonly marginShare: number;
  readonly lateMs: number;
  readonly atDeadline: 'wait' | 'fail';
  readonly cloud: (Plan & { readonly waitMs: number; readonly isNeeded: boolean }) | undefined;
  readonly device: (Plan & { readonly startAfterMs: number }) | undefined;
  readonly cancelMs: number | undefined;
}

function run<T>(
  { takesMs, fails, isDeaf }: Plan,
  signal: AbortSignal,
  answer: () => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (!isDeaf) signal.addEventListener('abort', () => reject(signal.reason));
    if (Number.isFinite(takesMs)) {
      setTimeout(() => (fails ? reject(new Error('it failed')) : resolve(answer())), takesMs);
    }
  });
}

/** Runs a race to its very end. */
async function raced({
  slaMs,
  marginShare,
  lateMs,
  atDeadline,
  cloud,
  device,
  cancelMs,
}: Scenario) {
  const time = new CountedTime();
  const startMs = performance.now();
  const sinceStart = () => performance.now() - startMs;
  const signals: AbortSignal[] = [];
  const interim: { answer: DeviceAnswer; atMs: number }[] = [];
  const ends: string[] = [];
  const model = { name: 'device', accuracyPct: device?.accuracyPct ?? 0 };
  const { predictions } = cloudAnswer;
  const options: RaceOptions<ImageKind> = {
    ...{ slaMs, lateMs, atDeadline, time },
    margin: { of: () => marginShare * slaMs, observe: () => undefined },
    isUnsure: () => cloud?.isNeeded ?? true,
    cloud: cloud && {
      startAfterMs: device ? cloud.waitMs : 0,
      run: (signal, onStart) => {
        signals.push(signal);
        onStart();
        const { accuracyPct } = cloud;
        return run<InferResponse>(cloud, signal, () => ({
          ...cloudAnswer,
          model: { ...cloudAnswer.model, accuracyPct },
        }));
      },
    },
    device: device && {
      startAfterMs: device.startAfterMs,
      run: (signal, onStart) => {
        signals.push(signal);
        onStart();
        return run(device, signal, () => ({ model, predictions, elapsedMs: sinceStart() }));
      },
    },
    accuracyPctOf: () => device?.accuracyPct ?? 0,
    content: 'predictions',
    onEnd: (source) => ends.push(source),
    onInterim: (answer) => interim.push({ answer, atMs: sinceStart() }),
  };
  const race = new RunningRace(options);
  let outcomes = 0;
  const outcome = race.answer.then(
    (answer) => ({ answer, error: undefined, atMs: sinceStart(), n: ++outcomes }),
    (error: unknown) => ({ answer: undefined, error, atMs: sinceStart(), n: ++outcomes }),
  );
  const settled = race.settled.then((end) => ({
    ...{ end, atMs: sinceStart(), timers: time.running.size },
    stopped: signals.map(({ aborted }) => aborted),
  }));
  if (cancelMs !== undefined) setTimeout(() => race.cancel(new Error('cancelled')), cancelMs);
  await vi.runAllTimersAsync();
  return { ...(await outcome), settled: await settled, interim, ends, timers: time.running.size };
}

const ms = fc.integer({ min: 0, max: 1_200 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const endless = fc.constant(Number.POSITIVE_INFINITY);
const plan = {
  takesMs: fc.oneof({ weight: 4, arbitrary: ms }, { weight: 1, arbitrary: endless }),
  fails: fc.boolean(),
  accuracyPct: fc.integer({ min: 1, max: 99 }),
  isDeaf: fc.boolean(),
};
const scenario: fc.Arbitrary<Scenario> = fc.record({
  slaMs: fc.integer({ min: 1, max: 500 }),
  marginShare: fc.double({ min: 0, max: 0.1, noNaN: true }),
  lateMs: fc.integer({ min: 0, max: 500 }),
  atDeadline: fc.constantFrom('wait', 'fail'),
  cloud: maybe(
    fc.record({
      ...plan,
      waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })),
      isNeeded: fc.boolean(),
    }),
  ),
  device: maybe(fc.record({ ...plan, startAfterMs: fc.oneof(fc.constant(0), ms, endless) })),
  cancelMs: fc.option(ms, { nil: undefined, freq: 4 }),
});

/** Checks something of many races, in any order and at any time of their events. */
async function always(check: (result: Awaited<ReturnType<typeof raced>>, of: Scenario) => void) {
  await fc.assert(
    fc.asyncProperty(scenario, async (of) => {
      check(await raced(of), of);
    }),
    { numRuns: 400 },
  );
}

describe('every race', () => {
  it('has exactly one outcome, and leaves no timer and no run behind', async () => {
    await always(({ n, answer, error, atMs, settled, timers }, { slaMs, lateMs }) => {
      expect(n).toBe(1);
      expect(answer === undefined).toBe(error !== undefined);
      expect(atMs).toBeLessThanOrEqual(slaMs + lateMs);
      expect(settled.atMs).toBeLessThanOrEqual(slaMs + lateMs);
      expect(settled.timers).toBe(0);
      expect(timers).toBe(0);
      const { cloud, device } = settled.end;
      for (const [i, state] of [cloud.state, device?.state].entries()) {
        expect(state, `run ${i}`).not.toBe('running');
      }
    });
  });

  it('is in time when the clock says so: inTime is totalMs <= slaMs', async () => {
    await always(({ answer, atMs }, { slaMs }) => {
      if (!answer) return;
      expect(answer.timing.totalMs).toBe(atMs);
      expect(answer.inTime).toBe(answer.timing.totalMs <= slaMs);
    });
  });

  it('ends with the SLA when its end is hard', async () => {
    await always(({ atMs, answer }, { slaMs, atDeadline }) => {
      if (atDeadline === 'wait') return;
      expect(atMs).toBeLessThanOrEqual(slaMs);
      if (answer) expect(answer.inTime).toBe(true);
    });
  });

  it('hands over in time what was there before the margin', async () => {
    await always(({ answer, settled }, { slaMs, marginShare, cancelMs }) => {
      const dueMs = slaMs * (1 - marginShare);
      const { cloud, device } = settled.end;
      const isThere = [cloud, device].some(
        (run) => run?.state === 'answered' && (run.endMs ?? Infinity) < Math.floor(dueMs),
      );
      if (!isThere || (cancelMs !== undefined && cancelMs <= slaMs)) return;
      expect(answer?.inTime).toBe(true);
    });
  });

  it('says the same when it has settled as in its answer', async () => {
    await always(({ answer, error, settled }, { cancelMs }) => {
      expect(settled.end.winner).toBe(answer?.source);
      expect(answer?.race.winner).toBe(answer?.source);
      if (answer) expect(settled.end[answer.source]?.answer?.predictions).toBe(answer.predictions);
      if (error instanceof SlaExceededError) expect(error.race?.winner).toBeUndefined();
      if (cancelMs === undefined && error instanceof ClassifyError) {
        expect(error.race).toMatchObject({ slaMs: settled.end.slaMs });
      }
    });
  });

  it('stops the device with the answer, and the cloud when it is no longer waited for', async () => {
    await always(({ settled }) => {
      const { cloud, device } = settled.end;
      const wasCancelled = [cloud.state, device?.state].includes('cancelled');
      expect(settled.stopped.includes(true)).toBe(wasCancelled);
    });
  });

  it('uploads nothing when the device was sure in time, and only then', async () => {
    await always(({ settled, ends }, { cloud }) => {
      if (!cloud) return;
      if (settled.end.cloud.state !== 'skipped') return;
      expect(cloud).toMatchObject({ isNeeded: false });
      expect(cloud.waitMs).toBeGreaterThan(0);
      expect(settled.end).toMatchObject({ winner: 'device', cloud: { state: 'skipped' } });
      expect(settled.end.cloud.startMs).toBeUndefined();
      expect(ends).toEqual(['device']);
    });
  });

  it('tells of an interim answer at most once, before its outcome, and only of the device’s', async () => {
    await always(({ interim, atMs, settled }) => {
      expect(interim.length).toBeLessThanOrEqual(1);
      const [first] = interim;
      if (!first) return;
      expect(first.atMs).toBeLessThanOrEqual(atMs);
      expect(first.answer.elapsedMs).toBe(first.atMs);
      expect(settled.end.device?.answer).toEqual(first.answer);
    });
  });
});

describe('a hard end', () => {
  const base: Scenario = {
    ...{ slaMs: 100, marginShare: 0.05, lateMs: 200, atDeadline: 'fail' },
    ...{ cloud: undefined, device: undefined, cancelMs: undefined },
  };
  const never = { takesMs: Infinity, fails: false, accuracyPct: 50, isDeaf: true };

  it.each<[string, Partial<Scenario>]>([
    [
      'neither answers',
      { cloud: { ...never, waitMs: 0, isNeeded: true }, device: { ...never, startAfterMs: 0 } },
    ],
    ['the device alone does not answer', { device: { ...never, startAfterMs: 0 } }],
    ['the cloud alone does not answer', { cloud: { ...never, waitMs: 0, isNeeded: true } }],
    ['the device would only begin then', { device: { ...never, startAfterMs: Infinity } }],
    ['there is nobody to ask', {}],
  ])('rejects by then when %s', async (_, of) => {
    const { error, atMs } = await raced({ ...base, ...of });
    expect(error).toBeInstanceOf(SlaExceededError);
    expect(atMs).toBe(95);
  });
});
