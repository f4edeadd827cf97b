import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { CallerShares, callLimits, reportLimits } from '../../../../lib/service/callers/shares.ts';

let nowMs = 0;
beforeEach(() => {
  nowMs = 1_000_000;
});
const now = () => nowMs;

const limits = { windowMs: 60_000, share: 0.25, atOnce: 3, perWindow: 6 };
const shares = (changes: Partial<typeof limits> = {}) =>
  new CallerShares({ ...limits, ...changes, now });

/** How many of so many calls count. */
function counted(of: CallerShares, caller: string, calls: number, subject = 'm'): number {
  return Array.from({ length: calls }, () => of.take(caller, subject)).filter(Boolean).length;
}

describe('a caller who is alone', () => {
  it('counts a few times at once, and then evenly over time', () => {
    const alone = shares();
    expect(counted(alone, 'a', 50)).toBe(3);
    const later = Array.from({ length: 12 }, () => {
      nowMs += 10_000;
      return counted(alone, 'a', 50);
    });
    expect(later).toEqual(Array(12).fill(1));
  });

  it('counts a few times at once again when it has not called for long', () => {
    const alone = shares();
    counted(alone, 'a', 3);
    nowMs += 10 * limits.windowMs;
    expect(counted(alone, 'a', 50)).toBe(3);
  });

  it('counts for every subject', () => {
    const alone = shares();
    expect([counted(alone, 'a', 9, 'm'), counted(alone, 'a', 9, 'n')]).toEqual([3, 3]);
  });

  it('gains nothing by a clock that is set back', () => {
    const alone = shares();
    counted(alone, 'a', 3);
    nowMs -= 50_000;
    expect(counted(alone, 'a', 9)).toBe(0);
  });

  it('has two windows of as many calls as a profile rests on', () => {
    const alone = new CallerShares({ ...callLimits(0.2, 300_000), now });
    let calls = 0;
    for (let i = 0; i < 600; i++, nowMs += 1_000) calls += counted(alone, 'a', 10);
    expect(calls).toBeGreaterThanOrEqual(30);
    expect(calls).toBeLessThan(40);
  });
});

describe('among others', () => {
  it('everybody counts when there are enough of them', () => {
    const many = shares();
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 10; i++) expect(many.take(`caller ${i}`, 'm')).toBe(true);
    }
  });

  it('one counts for no more than its share, and a few', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5), fc.nat(40)), { minLength: 1, maxLength: 100 }),
        (bursts) => {
          const together = shares();
          const counts = new Map<number, number>();
          for (const [caller, calls] of bursts) {
            const more = counted(together, `caller ${caller}`, calls);
            counts.set(caller, (counts.get(caller) ?? 0) + more);
          }
          const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
          for (const count of counts.values()) {
            expect(count).toBeLessThanOrEqual(limits.share * all + limits.atOnce);
          }
        },
      ),
    );
  });

  it('what was counted before this window gives no share of it', () => {
    const together = shares();
    for (let i = 0; i < 100; i++) together.take(`caller ${i}`, 'm');
    expect(counted(together, 'a', 90)).toBeGreaterThan(20);
    nowMs += limits.windowMs;
    expect(counted(together, 'a', 90)).toBe(3);
  });

  it('a share of 1 is no limit', () => {
    const trusting = new CallerShares({ ...callLimits(1, 300_000), now });
    expect(counted(trusting, 'a', 1_000)).toBe(1_000);
    expect(counted(new CallerShares({ ...reportLimits(1), now }), 'a', 1_000)).toBe(1_000);
  });

  it('of many callers it forgets those who have not called for longest', () => {
    const together = shares({ share: 0 });
    counted(together, 'a', 3);
    counted(together, 'b', 3);
    for (let i = 0; i < 4_095; i++) together.take(`caller ${i}`, 'm');
    expect(counted(together, 'b', 3)).toBe(0);
    expect(counted(together, 'a', 3)).toBe(3);
  });
});

it('reports of T_output are limited to fewer than a tenth', () => {
  expect(reportLimits(0.2).share).toBe(0.05);
  expect(reportLimits(0.01).share).toBe(0.01);
});
