import { describe, expect, it } from 'vitest';
import {
  faultOfAnswer,
  type InferenceAnswer,
  maxAnswerBytes,
} from '../../../../lib/core/contract/inference-event.ts';

const labels = ['cat', 'dog'];
const scores = Buffer.from(Float32Array.of(0.25, 0.75).buffer).toString('base64');
const answer = (change: object = {}): InferenceAnswer => ({
  ...{ status: 'ok', predictions: [{ index: 1, label: 'dog', score: 0.75 }] },
  ...{ decodeMs: 0, runMs: 1, coldStart: false },
  ...change,
});

describe('faultOfAnswer', () => {
  it('finds none in what was asked for, nor in a fault', () => {
    expect(faultOfAnswer(answer(), {}, labels)).toBeUndefined();
    expect(faultOfAnswer(answer({ scores }), { wantsScores: true }, labels)).toBeUndefined();
    const failed = { status: 'undecodable-image', detail: 'x', coldStart: false } as const;
    expect(faultOfAnswer(failed, { wantsScores: true }, labels)).toBeUndefined();
  });

  it.each([
    [
      'other labels',
      answer({ predictions: [{ index: 1, label: 'cow', score: 1 }] }),
      /no label 1, "cow"/,
    ],
    ['no scores', answer(), /has not the scores of 2 labels/],
    ['too few scores', answer({ scores: scores.slice(0, 4) }), /has not the scores of 2 labels/],
  ])('finds %s', (what, found, fault) => {
    expect(faultOfAnswer(found, { wantsScores: what !== 'other labels' }, labels)).toMatch(fault);
  });
});

it('an answer may be longer by the scores that were asked for', () => {
  expect(maxAnswerBytes({}, labels)).toBe(65_536);
  expect(maxAnswerBytes({ wantsScores: true }, labels)).toBe(65_536 + scores.length);
});
