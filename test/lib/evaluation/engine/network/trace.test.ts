import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseTrace,
  Trace,
  TraceError,
} from '../../../../../lib/evaluation/engine/network/trace.ts';

describe('a trace, by hand', () => {
  const trace = parseTrace('10\n20\n20\n50\n', 'hand');

  it.each([
    ['one packet waits for its opportunity', 0, 1, 10],
    ['an opportunity at the very moment serves', 20, 1500, 20],
    ['a byte more is a packet more', 0, 1501, 20],
    ['two opportunities at one moment', 11, 3000, 20],
    ['what passes the end goes on at the start', 21, 3000, 60],
    ['a later round', 171, 1500, 200],
    ['more than a whole round', 0, 5 * 1500, 60],
  ])('%s', (_, startMs, bytes, deliveredMs) => {
    expect(trace.deliveredMs(startMs, bytes)).toBe(deliveredMs);
  });

  it('can be cut', () => {
    const cut = trace.cutAt(30);
    expect(cut.periodMs).toBe(30);
    expect(cut.deliveredMs(21, 1500)).toBe(40);
  });

  it('never delivers before the start, nor earlier for more bytes or a later start', () => {
    const opportunities = fc
      .array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 20 })
      .map((gaps) => {
        let ms = 0;
        return gaps.map((gap) => {
          ms += gap;
          return ms;
        });
      })
      .filter((list) => (list.at(-1) ?? 0) > 0);
    const start = fc.nat({ max: 1000 });
    const bytes = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(opportunities, start, start, bytes, (list, a, b, size) => {
        const random = new Trace(Float64Array.from(list));
        const done = random.deliveredMs(a, size);
        expect(done).toBeGreaterThanOrEqual(a);
        expect(random.deliveredMs(a, size + 1500)).toBeGreaterThanOrEqual(done);
        expect(random.deliveredMs(a + b, size)).toBeGreaterThanOrEqual(done);
      }),
    );
  });
});

describe('what is no trace', () => {
  it.each([
    ['', /line 1/],
    ['hello', /line 1/],
    ['5\n4', /line 2/],
    ['5\n7.5', /line 2/],
    ['-1', /line 1/],
    ['0\n0', /lasts 0 ms/],
  ])('%j is named with its line', (text, message) => {
    expect(() => parseTrace(text, 'bad.up')).toThrow(TraceError);
    expect(() => parseTrace(text, 'bad.up')).toThrow(message);
    expect(() => parseTrace(text, 'bad.up')).toThrow(/bad\.up/);
  });
});
