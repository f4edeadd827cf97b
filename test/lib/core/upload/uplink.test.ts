import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Uplink } from '../../../../lib/core/upload/uplink.ts';

const meanOf = (times: readonly { ms: number; weight: number }[]) =>
  times.reduce((sum, { ms, weight }) => sum + ms * weight, 0);

/** An uplink that has carried uploads of these sizes at a rate in bytes a ms, one every 600 ms. */
function learned(sizes: readonly number[], durationOf: (bytes: number, i: number) => number) {
  const uplink = new Uplink(20);
  sizes.forEach((bytes, i) => {
    uplink.observe({ startMs: 600 * i, bytes, inputMs: durationOf(bytes, i) });
  });
  return { uplink, nextMs: 600 * sizes.length };
}

const sizes = Array.from({ length: 60 }, (_, i) => 6_000 + 700 * ((i * 7) % 30));

describe('an uplink', () => {
  it('is not known before the first upload', () => {
    const uplink = new Uplink();
    expect(uplink.isKnown).toBe(false);
    expect(uplink.inputTimes(10_000, 0)).toEqual([]);
  });

  it('foretells uploads of other sizes by its delay and its rate', () => {
    const { uplink, nextMs } = learned(sizes, (bytes) => 20 + bytes / 100);
    for (const bytes of [5_000, 20_000, 80_000]) {
      expect(meanOf(uplink.inputTimes(bytes, nextMs))).toBeCloseTo(20 + bytes / 100, -1);
    }
  });

  it('follows the last uploads', () => {
    const { uplink, nextMs } = learned(sizes, (bytes, i) => 20 + bytes / (i < 50 ? 100 : 10));
    expect(meanOf(uplink.inputTimes(10_000, nextMs))).toBeGreaterThan(700);
  });

  it('spreads as widely as the uploads have', () => {
    const spreadOf = (spread: number) => {
      const { uplink, nextMs } = learned(
        sizes,
        (bytes, i) => 20 + (bytes / 100) * spread ** (i % 2),
      );
      const times = uplink.inputTimes(10_000, nextMs).map(({ ms }) => ms);
      return Math.max(...times) / Math.min(...times);
    };
    expect(spreadOf(1)).toBeLessThan(1.3);
    expect(spreadOf(3)).toBeGreaterThan(3);
  });

  it('corrects its delay', () => {
    const { uplink, nextMs } = learned(sizes, (bytes) => 20 + bytes / 100);
    const before = meanOf(uplink.inputTimes(10_000, nextMs));
    uplink.delayMs = 70;
    expect(meanOf(uplink.inputTimes(10_000, nextMs)) - before).toBeCloseTo(50);
  });

  describe('after pauses', () => {
    const roundTripMs = 100;
    /** Uploads after pauses of 5 s, with a round trip more for all beyond the first window. */
    const paused = (hasSteps: boolean) => {
      const uplink = new Uplink(roundTripMs / 2);
      for (let i = 0; i < 60; i++) {
        const bytes = [8_000, 24_000, 12_000, 40_000][i % 4] as number;
        const steps = bytes > 14_600 && hasSteps ? (bytes > 43_800 ? 2 : 1) : 0;
        uplink.observe({
          startMs: 5_000 * i,
          bytes,
          inputMs: roundTripMs / 2 + steps * roundTripMs + bytes / 400,
        });
      }
      const timeOf = (bytes: number) => meanOf(uplink.inputTimes(bytes, 300_000));
      return timeOf(20_000) - timeOf(14_000);
    };

    it('learns that what does not fit the first window takes a round trip more', () => {
      expect(paused(true)).toBeGreaterThan(90);
    });

    it('and that it does not, where it does not', () => {
      expect(paused(false)).toBeLessThan(30);
    });

    it('and that it does not, where uploads take less than the steps would', () => {
      const uplink = new Uplink(20);
      for (let i = 0; i < 20; i++) {
        const bytes = 120_000 + 1_000 * ((7 * i) % 30);
        uplink.observe({ startMs: 5_000 * i, bytes, inputMs: 20 + bytes / 7_500 });
      }
      expect(meanOf(uplink.inputTimes(135_000, 100_000))).toBeLessThan(45);
    });

    it('knows that a connection that goes on has no such steps', () => {
      const uplink = new Uplink(50);
      for (let i = 0; i < 9; i++)
        uplink.observe({ startMs: 5_000 * i, bytes: 30_000, inputMs: 200 });
      const soon = meanOf(uplink.inputTimes(30_000, 40_300));
      const later = meanOf(uplink.inputTimes(30_000, 45_000));
      expect(later).toBeGreaterThan(soon);
    });
  });

  it('ignores what makes no sense', () => {
    const uplink = new Uplink();
    for (const [startMs, bytes, inputMs] of [
      [0, 0, 10],
      [0, Number.NaN, 10],
      [0, Number.POSITIVE_INFINITY, 10],
      [0, 100, -1],
      [0, 100, Number.NaN],
      [0, 100, Number.POSITIVE_INFINITY],
      [Number.NaN, 100, 10],
    ] as const) {
      uplink.observe({ startMs, bytes, inputMs });
    }
    expect(uplink.isKnown).toBe(false);
  });

  it('foretells times that ascend with the bytes and weigh 1, whatever it has seen', () => {
    const upload = fc.record({
      pauseMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      bytes: fc.integer({ min: 1, max: 5_000_000 }),
      inputMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(upload, { minLength: 1, maxLength: 40 }), (uploads) => {
        const uplink = new Uplink();
        let startMs = 0;
        for (const { pauseMs, ...rest } of uploads) {
          startMs += pauseMs;
          uplink.observe({ startMs, ...rest });
        }
        const small = uplink.inputTimes(5_000, startMs);
        const large = uplink.inputTimes(50_000, startMs);
        expect(small.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
        small.forEach(({ ms }, i) => {
          expect(ms).toBeGreaterThan(0);
          expect(large[i]?.ms).toBeGreaterThanOrEqual(ms);
        });
      }),
    );
  });
});
