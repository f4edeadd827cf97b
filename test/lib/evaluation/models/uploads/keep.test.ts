import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rungName, type UploadEncoding } from '../../../../../lib/core/upload/rung.ts';
import { candidateEncodings } from '../../../../../lib/evaluation/models/uploads/candidates.ts';
import { keptRungs, nonIncreasing } from '../../../../../lib/evaluation/models/uploads/keep.ts';
import type { MeasuredRung } from '../../../../../lib/evaluation/models/uploads/measure.ts';

const names = ['fast', 'accurate'];

function rung(
  encoding: UploadEncoding | undefined,
  meanBytes: number,
  losses: readonly number[],
): MeasuredRung {
  const models = losses.map((lossPct, i) => ({
    model: names[i] ?? '',
    ...{ top1Pct: 90 - lossPct, lossPct, ci95Pct: [lossPct - 1, lossPct + 1] as [number, number] },
  }));
  const name = encoding ? rungName(encoding) : 'original';
  return { name, ...(encoding && { encoding }), meanBytes, stdBytes: 1, models };
}

const original = rung(undefined, 50_000, [0, 0]);
const jpeg = (quality: number, bytes: number, ...losses: number[]) =>
  rung({ type: 'image/jpeg', quality }, bytes, losses);
const webp = (quality: number, bytes: number, ...losses: number[]) =>
  rung({ type: 'image/webp', quality }, bytes, losses);
const kept = (...measured: MeasuredRung[]) =>
  keptRungs(measured).map(({ name, accuracyLossPct }) => [
    name,
    ...names.map((model) => accuracyLossPct[model]),
  ]);

describe('keptRungs', () => {
  it('keeps what loses less for more bytes, the original first, then the largest', () => {
    expect(
      kept(webp(60, 4000, 3, 2), original, jpeg(95, 20_000, 0, 0), jpeg(75, 9000, 1, 1)),
    ).toEqual([
      ['original', 0, 0],
      ['view-jpeg-95', 0, 0],
      ['view-jpeg-75', 1, 1],
      ['view-webp-60', 3, 2],
    ]);
  });

  it('leaves out what is larger than another and loses no less', () => {
    expect(kept(original, webp(80, 8000, 1, 1), jpeg(75, 9000, 1, 2))).toEqual([
      ['original', 0, 0],
      ['view-webp-80', 1, 1],
    ]);
  });

  it('leaves out what is better by less than 0.05 points in the mean, or only below 0', () => {
    const small = webp(80, 8000, 0.05, 0.05);
    expect(kept(original, small, jpeg(85, 12_000, 0.02, 0.02))).toHaveLength(2);
    expect(kept(original, small, jpeg(85, 12_000, 0, 0))).toHaveLength(3);
    const lucky = webp(80, 8000, -0.5, 0.5);
    expect(kept(original, lucky, jpeg(85, 12_000, -1, -1))).toHaveLength(2);
  });

  it('keeps the view at quality 95, though the original is smaller and others lose as little', () => {
    expect(
      kept(original, jpeg(95, 60_000, 0.2, 0.2), webp(90, 15_000, 0.1, 0.1)).map(([name]) => name),
    ).toEqual(['original', 'view-jpeg-95', 'view-webp-90']);
  });

  it('takes what a lower quality seems to win for noise', () => {
    const rungs = [jpeg(95, 20_000, 0, 0), jpeg(85, 12_000, 1, 4), jpeg(75, 9000, 3, 2)];
    expect(kept(original, ...rungs, jpeg(60, 7000, 3.5, 6))).toEqual([
      ['original', 0, 0],
      ['view-jpeg-95', 0, 0],
      ['view-jpeg-85', 1, 3],
      ['view-jpeg-75', 3, 3],
      ['view-jpeg-60', 3.5, 6],
    ]);
  });

  it('has nothing but the original where nothing else was measured', () => {
    expect(kept(original)).toEqual([['original', 0, 0]]);
  });

  const measured = fc
    .array(
      fc.record({
        bytes: fc.integer({ min: 1, max: 100_000 }),
        losses: fc.tuple(...names.map(() => fc.float({ min: -3, max: 20, noNaN: true }))),
      }),
      { minLength: 15, maxLength: 15 },
    )
    .map((made) => {
      const encodings = candidateEncodings({ width: 192, height: 192 });
      return [original, ...made.map(({ bytes, losses }, i) => rung(encodings[i], bytes, losses))];
    });

  it('whatever was measured: of two, the smaller one loses no less, and with some model more', () => {
    fc.assert(
      fc.property(measured, (rungs) => {
        const [first, ...others] = keptRungs(rungs);
        expect(first?.name).toBe('original');
        expect(others.map(({ name }) => name)).toContain('view-jpeg-95');
        for (const [i, larger] of others.entries()) {
          const smaller = others[i + 1];
          const losses = names.map((name) => larger.accuracyLossPct[name] ?? Number.NaN);
          expect(Math.min(...losses)).toBeGreaterThanOrEqual(0);
          if (!smaller) continue;
          expect(smaller.meanBytes).toBeLessThanOrEqual(larger.meanBytes);
          const more = names.map(
            (name, model) => (smaller.accuracyLossPct[name] ?? Number.NaN) - (losses[model] ?? 0),
          );
          expect(Math.min(...more)).toBeGreaterThanOrEqual(0);
          if (larger.name !== 'view-jpeg-95') expect(Math.max(...more)).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('nonIncreasing', () => {
  it('leaves what descends, and takes means of what does not', () => {
    expect(nonIncreasing([3, 2, 2, -1])).toEqual([3, 2, 2, -1]);
    expect(nonIncreasing([1, 2, 3])).toEqual([2, 2, 2]);
    expect(nonIncreasing([5, 1, 4, 3, 0])).toEqual([5, 8 / 3, 8 / 3, 8 / 3, 0]);
    expect(nonIncreasing([])).toEqual([]);
  });

  it('never ascends, keeps the sum, and no other such line is nearer', () => {
    const list = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 12 });
    const distance = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);
    const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
    fc.assert(
      fc.property(list, list, (values, others) => {
        const line = nonIncreasing(values);
        for (const [i, value] of line.entries()) {
          expect(value).toBeLessThanOrEqual((line[i - 1] ?? Number.POSITIVE_INFINITY) + 1e-9);
        }
        expect(total(line)).toBeCloseTo(total(values), 6);
        const other = values.map((_, i) => others[i] ?? -100).sort((a, b) => b - a);
        expect(distance(values, line)).toBeLessThanOrEqual(distance(values, other) + 1e-6);
      }),
    );
  });
});
