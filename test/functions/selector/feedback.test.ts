import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeFeedback } from '../../../functions/selector/feedback.ts';
import { feedbackPeriodMs, signRequestId } from '../../../lib/service/feedback/request-id.ts';
import { apiEvent, madeUpService, mockLambda, profileKeyOf } from './made-up-service.ts';

mockLambda();

const now = Date.UTC(2026, 10, 24, 8, 27);
const secret = Buffer.from('secret');
const requestId = signRequestId('r-0', 'slow', now, secret);
const feedback = (body: unknown = { requestId, model: 'slow', correct: true }) =>
  apiEvent({ path: '/v1/feedback', body: JSON.stringify(body) });
const known = () => madeUpService({ secret: () => secret });

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('takeFeedback', () => {
  it.each([true, false])('counts an answer as %s', async (correct) => {
    const service = known();
    const event = feedback({ requestId, model: 'slow', correct });
    expect(await takeFeedback(service, event)).toEqual({ counted: true });
    expect(service.store.record.mock.calls).toEqual([
      [profileKeyOf('slow'), { kind: 'feedback', correct }],
    ]);
    // The mark outlives the period in which the request id is taken.
    expect(service.ledger.mark.mock.calls).toEqual([
      [requestId, (now + 2 * feedbackPeriodMs) / 1000],
    ]);
    expect(service.ledger.unmark).not.toHaveBeenCalled();
  });

  it('counts it once', async () => {
    const service = known();
    service.ledger.mark.mockResolvedValue(false);
    expect(await takeFeedback(service, feedback())).toEqual({ counted: false });
    expect(service.store.record).not.toHaveBeenCalled();
  });

  it('reads a body in base64', async () => {
    const { body = '' } = feedback();
    const encoded = Buffer.from(body).toString('base64');
    const event = apiEvent({ body: encoded, isBase64Encoded: true });
    expect(await takeFeedback(known(), event)).toEqual({ counted: true });
  });

  it('takes the mark back when the table did not take the feedback, and says so', async () => {
    const service = known();
    service.store.record.mockResolvedValue({ applied: false, error: new Error('throttled') });
    await expect(takeFeedback(service, feedback())).rejects.toMatchObject({
      type: 'not-recorded',
      message: 'the feedback was not counted; send it again',
      headers: { 'retry-after': '1' },
    });
    expect(service.ledger.unmark.mock.calls).toEqual([[requestId]]);
  });

  it('leaves the mark when the feedback may have been taken', async () => {
    const service = known();
    service.store.record.mockResolvedValue({ applied: 'unknown', error: new Error('time-out') });
    expect(await takeFeedback(service, feedback())).toEqual({ counted: true });
    expect(service.ledger.unmark).not.toHaveBeenCalled();
  });

  it.each(['mark', 'unmark'] as const)(
    'is not recorded when the table fails to %s',
    async (step) => {
      const service = known();
      service.store.record.mockResolvedValue({ applied: false, error: new Error('throttled') });
      vi.mocked(service.ledger[step]).mockRejectedValue(new Error('gone'));
      await expect(takeFeedback(service, feedback())).rejects.toMatchObject({
        type: 'not-recorded',
      });
    },
  );

  it.each([
    ['of another model', { requestId, model: 'fast', correct: true }],
    ['made up', { requestId: 'r-0', model: 'slow', correct: true }],
    [
      'too old',
      {
        requestId: signRequestId('r-0', 'slow', now - feedbackPeriodMs - 1000, secret),
        model: 'slow',
        correct: true,
      },
    ],
  ])('refuses a request id that is %s', async (_, body) => {
    const service = known();
    await expect(takeFeedback(service, feedback(body))).rejects.toMatchObject({
      type: 'unknown-request',
      message: expect.stringContaining(`"${body.model}"`),
    });
    expect(service.ledger.mark).not.toHaveBeenCalled();
  });

  it('knows no request id before it knows the secret', async () => {
    await expect(takeFeedback(madeUpService(), feedback())).rejects.toMatchObject({
      type: 'unknown-request',
    });
  });

  it.each([
    ['{', 'bad-request', 'the body must be JSON'],
    ['[]', 'bad-request', /^the body: /],
    [JSON.stringify({ requestId, model: 'slow' }), 'bad-request', /^field correct: /],
    [
      JSON.stringify({ requestId, model: 'other', correct: true }),
      'unknown-model',
      'the catalogue has no model "other"',
    ],
  ])('refuses %s', async (body, type, message) => {
    const refused = takeFeedback(known(), apiEvent({ body }));
    await expect(refused).rejects.toMatchObject({ type });
    await expect(refused).rejects.toThrow(message);
  });

  it('refuses no body at all', async () => {
    const event = { ...apiEvent(), body: undefined } as ReturnType<typeof apiEvent>;
    await expect(takeFeedback(known(), event)).rejects.toMatchObject({ type: 'bad-request' });
  });
});
