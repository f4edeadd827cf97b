import { describe, expect, it } from 'vitest';
import {
  compareWithDeclared,
  evaluateModel,
  unlikelyScorePct,
} from '../../../../../lib/evaluation/models/accuracy/evaluate.ts';
import { UndecodableImageError } from '../../../../../lib/service/inference/errors.ts';

/** Image i is of class i; the classifier puts class i at rank `ranks[i]`. */
function evaluate(ranks: (number | undefined)[]) {
  const images = ranks.map((_, label) => ({
    name: `image ${label}`,
    label,
    read: async () => Uint8Array.of(label),
  }));
  const classifyImage = async ([label = 0]: Uint8Array) => {
    const rank = ranks[label];
    if (rank === undefined) throw new UndecodableImageError('no image');
    const others = [100, 101, 102, 103, 104].map((index) => ({ index, label: '', score: 0 }));
    const predictions = others
      .toSpliced(rank, 0, { index: label, label: '', score: 1 })
      .slice(0, 5);
    return { predictions, decodeMs: 0, runMs: 0 };
  };
  let seen = 0;
  const run = evaluateModel('m', { classifyImage }, images, () => {
    seen++;
  });
  return run.then((result) => ({ ...result, seen }));
}

describe('unlikelyScorePct', () => {
  const run = (score: number, top1Pct: number) => ({
    answers: [{ score, isRight: true }, undefined, { score, isRight: false }],
    evaluation: { model: 'm', n: 2, top1Pct, top5Pct: 100, ci95Pct: [0, 100] as [number, number] },
  });

  it.each([
    ['squashed scores', 0.002, 80, 0.2],
    ['scores that are far too sure', 0.999, 60, 99.9],
  ])('tells %s', (_, score, top1Pct, expected) => {
    expect(unlikelyScorePct(run(score, top1Pct))).toBe(expected);
  });

  it('is content with a network that is surer than right, and with no answers', () => {
    expect(unlikelyScorePct(run(0.95, 70))).toBeUndefined();
    expect(unlikelyScorePct({ ...run(0.5, 0), answers: [undefined] })).toBeUndefined();
  });
});

describe('evaluateModel', () => {
  it('counts the best and the five best', async () => {
    const { evaluation, seen } = await evaluate([0, 0, 4, 5]);
    expect(evaluation).toEqual({
      model: 'm',
      n: 4,
      top1Pct: 50,
      top5Pct: 75,
      ci95Pct: [15, 85],
    });
    expect(seen).toBe(4);
  });

  it('leaves images out that cannot be decoded, and names them', async () => {
    const { evaluation, undecodable } = await evaluate([0, undefined, 1]);
    expect(evaluation).toMatchObject({ n: 2, top1Pct: 50 });
    expect(undecodable).toEqual(['image 1']);
    expect((await evaluate([undefined])).evaluation).toMatchObject({ n: 0, ci95Pct: [0, 100] });
  });

  it('names the image to which a model has no answer', async () => {
    const image = { name: 'cat.jpg', label: 0, read: async () => new Uint8Array() };
    const classifyImage = () => Promise.reject(new Error('NaN'));
    await expect(evaluateModel('m', { classifyImage }, [image])).rejects.toThrow(
      'model "m", cat.jpg: NaN',
    );
  });
});

describe('compareWithDeclared', () => {
  it.each([
    [60, undefined],
    [50, undefined],
    [72, undefined],
    [72.1, 'lower'],
    [47.9, 'higher'],
  ])('%d %% declared', (declared, verdict) => {
    expect(compareWithDeclared({ ci95Pct: [50, 70] }, declared)).toBe(verdict);
  });
});
