import { describe, expect, it } from 'vitest';
import { HedgedCalls, type Hedging } from '../../../../lib/evaluation/engine/hedged-calls.ts';

const small = { name: 'small', index: 0, accuracyPct: 60, meanMs: 10, stdMs: 1 };
const large = { name: 'large', index: 1, accuracyPct: 80, meanMs: 90, stdMs: 5 };
/** 150 ms for the service, of which the hedge wants 11.645 (its 95 % quantile) and 0.1 are spare. */
const budget = { slaMs: 250, inputMs: 50, networkMs: 100, budgetMs: 150, deviceAccuracyPct: 40 };
const startMs = 149.9 - 11.645;

/** The answer to a request of which the large model is asked first, after enough others to have a token. */
function answerOf(
  timesMs: { small: number; large: number },
  hedging: Hedging = {},
  spareRequests = 100,
) {
  const calls = new HedgedCalls([small, large], hedging);
  const prompt = { serviceMsOf: () => 80, isInTime: () => true };
  for (let i = 0; i < spareRequests; i++) calls.answer(large, budget, prompt);
  expect(calls.extra).toBe(0);
  const { model, serviceMs } = calls.answer(large, budget, {
    serviceMsOf: ({ name }) => timesMs[name as keyof typeof timesMs],
    isInTime: (ms) => ms <= 150,
  });
  return { name: model.name, serviceMs, extra: calls.extra };
}

describe('a hedged call', () => {
  it('is an ordinary one when the answer is there before the second model is to be asked', () => {
    expect(answerOf({ small: 10, large: 130 })).toEqual({
      ...{ name: 'large', serviceMs: 130, extra: 0 },
    });
  });

  it('gives the more accurate answer that is there in time', () => {
    expect(answerOf({ small: 10, large: 145 })).toMatchObject({ name: 'large', extra: 1 });
  });

  it('waits for the better answer as long as that is likely to come', () => {
    const calls = new HedgedCalls([small, large], { share: 1 });
    const varying = { ...large, stdMs: 40 };
    const answer = (largeMs: number) =>
      calls.answer(varying, budget, {
        serviceMsOf: ({ name }) => (name === 'small' ? 5 : largeMs),
        isInTime: () => true,
      });
    for (let i = 0; i < 20; i++) answer(20);
    expect(answer(149)).toMatchObject({ model: { name: 'large' }, serviceMs: 149 });
    expect(answer(150)).toMatchObject({ model: small, serviceMs: expect.closeTo(149.9, 9) });
    expect(calls.extra).toBe(2);
  });

  it('gives the second model’s answer as soon as waiting does not pay any more', () => {
    const { name, serviceMs, extra } = answerOf({ small: 10, large: 1_000 });
    expect({ name, extra }).toEqual({ name: 'small', extra: 1 });
    expect(serviceMs).toBeCloseTo(startMs + 10, 9);
  });

  it('gives the first model’s if that comes before the second’s, however late', () => {
    expect(answerOf({ small: 500, large: 200 })).toEqual({
      ...{ name: 'large', serviceMs: 200, extra: 1 },
    });
  });

  it('needs a token', () => {
    expect(answerOf({ small: 10, large: 1_000 }, {}, 3)).toMatchObject({
      ...{ name: 'large', extra: 0 },
    });
  });

  it('can give the phone both answers, which takes the better one if it is in time', () => {
    const both = { twoAnswers: true };
    expect(answerOf({ small: 5, large: 149.95 }, both)).toMatchObject({ name: 'large' });
    expect(answerOf({ small: 5, large: 151 }, both)).toMatchObject({ name: 'small' });
    expect(answerOf({ small: 500, large: 200 }, both)).toMatchObject({ name: 'large' });
  });
});
