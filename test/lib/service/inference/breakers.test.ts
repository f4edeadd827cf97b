import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type BreakerOptions,
  looksBroken,
  ModelBreakers,
  type Verdict,
} from '../../../../lib/service/inference/breakers.ts';
import { ProfileCache } from '../../../../lib/service/profiles/cache.ts';
import type { Observation } from '../../../../lib/service/profiles/statistics.ts';
import { defaultWindows } from '../../../../lib/service/profiles/windows.ts';
import { statisticsOfAll } from '../profiles/samples.ts';

const nowMs = Date.UTC(2026, 10, 24, 8, 25);
const { windowMs } = defaultWindows;

beforeEach(() => {
  vi.useFakeTimers({ now: nowMs });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** The wall clock moves on, and nothing else does: what an environment sees of being frozen. */
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** Breakers whose pauses are the longest there are. */
const createBreakers = (options: BreakerOptions = {}) =>
  new ModelBreakers(['a', 'b'], { random: () => 0.999_999, ...options });

async function ask(breakers: ModelBreakers, ...verdicts: readonly Verdict[]): Promise<void> {
  for (const verdict of verdicts) {
    await breakers.run(
      'a',
      async () => {},
      () => verdict,
    );
  }
}

/** How long in ms the model "a" is not asked from now on, to a millisecond; 0 when it may be. */
function pauseMs(breakers: ModelBreakers): number {
  const startMs = Date.now();
  let [asked, refused] = [200_000, -1];
  while (asked - refused > 1) {
    const middle = Math.floor((asked + refused) / 2);
    vi.setSystemTime(startMs + middle);
    if (breakers.mayAsk('a')) asked = middle;
    else refused = middle;
  }
  vi.setSystemTime(startMs);
  return asked;
}

/** A call that is out until it is ended. */
function startCall(breakers: ModelBreakers) {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const done = breakers.run(
    'a',
    () => promise,
    (outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failure'),
  );
  return async (verdict: Verdict) => {
    resolve(verdict);
    await done;
  };
}

describe('a model', () => {
  it('is left after as many failures in a row as were set', async () => {
    const breakers = createBreakers({ failures: 3 });
    await ask(breakers, 'failure', 'failure', 'success', 'failure', 'failure');
    expect(breakers.stateOf('a')).toBe('closed');
    await ask(breakers, 'failure');
    expect(breakers.stateOf('a')).toBe('open');
    expect(breakers.mayAsk('a')).toBe(false);
    expect(breakers.mayAsk('b')).toBe(true);
  });

  it('is neither cleared nor blamed by calls that say nothing', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure', 'nothing', 'failure', 'nothing', 'nothing');
    expect(breakers.stateOf('a')).toBe('closed');
    await ask(breakers, 'failure');
    expect(breakers.stateOf('a')).toBe('open');
  });

  it('gives what its call gives, and throws what that throws', async () => {
    const breakers = createBreakers();
    expect(
      await breakers.run(
        'a',
        async () => 7,
        () => 'failure',
      ),
    ).toBe(7);
    const fault = new Error('broken');
    const outcomes: unknown[] = [];
    const broken = breakers.run(
      'a',
      () => Promise.reject(fault),
      (outcome) => {
        outcomes.push(outcome);
        return 'failure';
      },
    );
    await expect(broken).rejects.toBe(fault);
    expect(outcomes).toEqual([{ status: 'rejected', reason: fault }]);
  });

  it('is unknown only by mistake', () => {
    expect(() => createBreakers().mayAsk('c')).toThrow('no breaker for model "c"');
  });
});

describe('a model that was left', () => {
  it('is probed by one call when its pause is over, however the time went by', async () => {
    const breakers = createBreakers({ firstPauseMs: 1_000 });
    await ask(breakers, 'failure', 'failure', 'failure');
    pass(999);
    expect(breakers.mayAsk('a')).toBe(false);
    pass(3_600_000);
    expect(breakers.mayAsk('a')).toBe(true);
    const endProbe = startCall(breakers);
    expect(breakers.stateOf('a')).toBe('half-open');
    expect(breakers.mayAsk('a')).toBe(false);
    await endProbe('success');
    expect(breakers.stateOf('a')).toBe('closed');
    expect(breakers.mayAsk('a')).toBe(true);
  });

  it('is left for twice as long after each probe that fails, to a limit', async () => {
    const breakers = createBreakers({ firstPauseMs: 1_000, maxPauseMs: 6_000 });
    await ask(breakers, 'failure', 'failure', 'failure');
    const pauses: number[] = [];
    for (let i = 0; i < 5; i++) {
      pauses.push(pauseMs(breakers));
      pass(pauses[i] ?? 0);
      await ask(breakers, 'failure');
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 6_000, 6_000]);
    pass(6_000);
    await ask(breakers, 'success', 'failure', 'failure');
    expect(breakers.stateOf('a')).toBe('closed');
    await ask(breakers, 'failure');
    expect(pauseMs(breakers)).toBe(1_000);
  });

  it('is left for half as long by some selectors: not all probe at once', async () => {
    const breakers = createBreakers({ random: () => 0 });
    await ask(breakers, 'failure', 'failure', 'failure');
    expect(pauseMs(breakers)).toBe(500);
    pass(500);
    await ask(breakers, 'failure');
    expect(pauseMs(breakers)).toBe(1_000);
  });

  it('is probed again at once when a probe says nothing', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure', 'failure', 'failure');
    pass(1_000);
    await ask(breakers, 'nothing', 'nothing');
    expect(breakers.stateOf('a')).toBe('open');
    expect(breakers.mayAsk('a')).toBe(true);
    await ask(breakers, 'failure');
    expect(pauseMs(breakers)).toBe(2_000);
  });

  it('is not stuck when a call or a verdict is a mistake', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure', 'failure', 'failure');
    pass(1_000);
    const mistake = () => {
      throw new Error('mistake');
    };
    await expect(breakers.run('a', mistake, () => 'success')).rejects.toThrow('mistake');
    await expect(breakers.run('a', async () => {}, mistake)).rejects.toThrow('mistake');
    expect(breakers.stateOf('a')).toBe('open');
    expect(breakers.mayAsk('a')).toBe(true);
  });

  it('is judged by the probe, not by calls begun before it', async () => {
    const breakers = createBreakers();
    const [endFirst, endSecond, endThird] = Array.from({ length: 3 }, () => startCall(breakers));
    await ask(breakers, 'failure', 'failure', 'failure');
    await endFirst?.('success');
    expect(breakers.stateOf('a')).toBe('open');
    pass(1_000);
    const endProbe = startCall(breakers);
    await endSecond?.('failure');
    expect(breakers.stateOf('a')).toBe('half-open');
    await endProbe('success');
    await endThird?.('failure');
    expect(breakers.stateOf('a')).toBe('closed');
  });
});

describe('when all models were left', () => {
  it('the one to ask is the one whose pause ends first', async () => {
    const breakers = createBreakers();
    const openB = () =>
      breakers.run(
        'b',
        async () => {},
        () => 'failure',
      );
    await ask(breakers, 'failure', 'failure', 'failure');
    pass(100);
    for (let i = 0; i < 3; i++) await openB();
    expect(breakers.soonest(['b', 'a'])).toBe('a');
    expect(breakers.soonest(['b'])).toBe('b');
    expect(breakers.soonest([])).toBeUndefined();
    pass(1_000);
    const endProbe = startCall(breakers);
    expect(breakers.soonest(['a', 'b'])).toBe('b');
    await endProbe('failure');
  });

  it('one that is asked early is back if it answers', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure', 'failure', 'failure', 'success');
    expect(breakers.stateOf('a')).toBe('closed');
    expect(breakers.mayAsk('a')).toBe(true);
    await ask(breakers, 'failure', 'failure');
    expect(breakers.stateOf('a')).toBe('closed');
  });

  it('one that is asked early pauses anew if it fails, but for no longer', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure', 'failure', 'failure');
    for (let i = 0; i < 9; i++) {
      pass(500);
      await ask(breakers, 'failure');
    }
    expect(pauseMs(breakers)).toBe(1_000);
    await ask(breakers, 'nothing');
    expect(pauseMs(breakers)).toBe(1_000);
    pass(1_000);
    await ask(breakers, 'failure');
    expect(pauseMs(breakers)).toBe(2_000);
  });

  it('one that is asked beside its probe answers, and the probe decides', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure', 'failure', 'failure');
    pass(1_000);
    const endProbe = startCall(breakers);
    expect(
      await breakers.run(
        'a',
        async () => 7,
        () => 'success',
      ),
    ).toBe(7);
    expect(breakers.stateOf('a')).toBe('half-open');
    await endProbe('failure');
    expect(breakers.stateOf('a')).toBe('open');
  });
});

it('tells of a model that is left, left again and back', async () => {
  const told: unknown[] = [];
  const breakers = createBreakers({ onChange: (...change) => told.push(change) });
  await ask(breakers, 'failure', 'failure', 'failure');
  expect(told).toEqual([['a', 'open']]);
  await ask(breakers, 'failure');
  pass(1_000);
  await ask(breakers, 'nothing');
  expect(told).toEqual([['a', 'open']]);
  await ask(breakers, 'failure');
  pass(2_000);
  await ask(breakers, 'success');
  await ask(breakers, 'failure', 'failure', 'failure', 'success');
  expect(told.map((change) => (change as string[])[1])).toEqual([
    ...['open', 'open', 'closed', 'open', 'closed'],
  ]);
});

describe('seeding', () => {
  const broken = { sinceMs: nowMs - 1, failures: 3, answers: 2 };

  it.each([
    [{ failures: 3, answers: 0 }, true],
    [{ failures: 2, answers: 0 }, false],
    [{ failures: 3, answers: 3 }, false],
    [{ failures: 50, answers: 49 }, true],
  ])('takes %o for broken: %s', (calls, expected) => {
    expect(looksBroken(calls)).toBe(expected);
  });

  it('leaves a model that others found broken, for the first pause', async () => {
    const told: unknown[] = [];
    const breakers = createBreakers({ onChange: (...change) => told.push(change) });
    breakers.seed('a', { ...broken, answers: 3 });
    expect(breakers.stateOf('a')).toBe('closed');
    breakers.seed('a', broken);
    expect(told).toEqual([['a', 'open']]);
    expect(pauseMs(breakers)).toBe(1_000);
    pass(1_000);
    await ask(breakers, 'failure');
    expect(pauseMs(breakers)).toBe(2_000);
    pass(2_000);
    await ask(breakers, 'success', 'failure', 'failure');
    expect(breakers.stateOf('a')).toBe('closed');
  });

  it('changes no pause and no probe', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure', 'failure', 'failure');
    pass(600);
    breakers.seed('a', broken);
    breakers.seed('a', { ...broken, failures: 0 });
    expect(pauseMs(breakers)).toBe(400);
    pass(400);
    const endProbe = startCall(breakers);
    breakers.seed('a', broken);
    expect(breakers.stateOf('a')).toBe('half-open');
    await endProbe('success');
    expect(breakers.stateOf('a')).toBe('closed');
  });

  it('does not outweigh an answer that this selector has had since', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'success');
    breakers.seed('a', { ...broken, sinceMs: nowMs });
    expect(breakers.stateOf('a')).toBe('closed');
    breakers.seed('a', { ...broken, sinceMs: nowMs + windowMs });
    expect(breakers.stateOf('a')).toBe('open');
  });

  it('does outweigh its own first failures', async () => {
    const breakers = createBreakers();
    await ask(breakers, 'failure');
    breakers.seed('a', broken);
    expect(breakers.stateOf('a')).toBe('open');
  });

  const failed: Observation = { kind: 'failure' };
  const answered: Observation = { kind: 'cold', serviceUs: 20_000 };

  /** The state in a new selector that reads these calls of the current window and of those before it. */
  async function stateByTable(...windows: readonly (readonly Observation[])[]) {
    const breakers = createBreakers();
    const live = windows.map((calls, back) => ({
      windowStartMs: nowMs - back * windowMs,
      shard: 0,
      statistics: statisticsOfAll(calls),
    }));
    const cache = new ProfileCache({
      store: { windows: defaultWindows, read: async () => ({ live }) },
      models: [{ name: 'a', pk: 'd/c/a@9f86d081884c', reference: { meanMs: 20, stdMs: 1 } }],
      onRead: (model, { recent }) => breakers.seed(model, recent),
    });
    await cache.profiles();
    return breakers.stateOf('a');
  }

  it.each([
    ['nothing', [], 'closed'],
    ['failures now', [[failed, failed, failed, answered]], 'open'],
    ['more answers than failures now', [[failed, failed, answered, answered, answered]], 'closed'],
    ['a window that has hardly begun', [[failed], [failed, failed, failed, failed]], 'open'],
    ['a model that is back', [[answered, answered, answered], Array(9).fill(failed)], 'closed'],
    ['a model that broke down', [[failed, failed, failed], Array(9).fill(answered)], 'open'],
    ['failures of long ago', [[failed], [failed], Array(9).fill(failed)], 'closed'],
  ] as const)('by the table: %s', async (_, windows, state) => {
    expect(await stateByTable(...windows)).toBe(state);
  });
});

describe('whatever happens in whatever order', () => {
  const settings = { failures: 3, firstPauseMs: 1_000, maxPauseMs: 20_000 };
  const verdicts = fc.constantFrom<Verdict[]>('success', 'failure', 'failure', 'nothing');
  const kind = <K extends string>(name: K) => fc.constant(name);
  const anyStep = fc.oneof(
    fc.record({ kind: kind('start') }),
    fc.record({ kind: kind('end'), which: fc.nat(), verdict: verdicts }),
    fc.record({ kind: kind('pass'), ms: fc.integer({ min: 0, max: 25_000 }) }),
    fc.record({ kind: kind('seed'), failures: fc.nat(9), answers: fc.nat(9) }),
  );

  it('one probe at a time, none before its pause, which has a limit; its verdict counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
        vi.setSystemTime(nowMs);
        const breakers = new ModelBreakers(['a'], settings);
        const out: { end: ReturnType<typeof startCall>; isProbe: boolean }[] = [];
        for (const step of steps) {
          const before = breakers.stateOf('a');
          if (step.kind === 'pass') pass(step.ms);
          if (step.kind === 'seed') breakers.seed('a', { ...step, sinceMs: Date.now() });
          if (step.kind === 'start' && breakers.mayAsk('a')) {
            out.push({ end: startCall(breakers), isProbe: before === 'open' });
          }
          if (step.kind === 'end' && out.length > 0) {
            const [ended] = out.splice(step.which % out.length, 1);
            await ended?.end(step.verdict);
            if (ended?.isProbe) {
              const after = { success: 'closed', failure: 'open', nothing: 'open' } as const;
              expect(breakers.stateOf('a')).toBe(after[step.verdict]);
              expect(breakers.mayAsk('a')).toBe(step.verdict !== 'failure');
            } else if (before !== 'closed') {
              expect(breakers.stateOf('a')).toBe(before);
            }
          }
          const probes = out.filter(({ isProbe }) => isProbe).length;
          expect(probes).toBe(breakers.stateOf('a') === 'half-open' ? 1 : 0);
          if (probes === 0) expect(pauseMs(breakers)).toBeLessThanOrEqual(settings.maxPauseMs);
        }
      }),
    );
  });

  it('closed while fewer calls in a row have failed than were set, open after as many', async () => {
    const anyVerdicts = fc.array(verdicts, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(anyVerdicts, fc.integer({ min: 1, max: 5 }), async (said, failures) => {
        const breakers = new ModelBreakers(['a'], { failures });
        let inARow = 0;
        for (const verdict of said) {
          await ask(breakers, verdict);
          if (verdict === 'success') inARow = 0;
          if (verdict === 'failure') inARow++;
          expect(breakers.stateOf('a')).toBe(inARow >= failures ? 'open' : 'closed');
        }
      }),
    );
  });
});
