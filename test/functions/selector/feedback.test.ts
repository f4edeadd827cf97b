import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeFeedback } from '../../../functions/selector/feedback.ts';
import { callerBucket } from '../../../lib/service/feedback/caller-bucket.ts';
import { feedbackPeriodMs, signRequestId } from '../../../lib/service/feedback/request-id.ts';
import { apiEvent, madeUpService, mockLambda, profileKeyOf, secretOf } from './made-up-service.ts';

mockLambda();

const now = Date.UTC(2026, 10, 24, 8, 27);
const secret = Buffer.from('secret');
const requestId = signRequestId('r-0', profileKeyOf('slow'), now, secret);
const feedback = (body: unknown = { requestId, model: 'slow', correct: true }) =>
  apiEvent({ path: '/v1/feedback', body: JSON.stringify(body) });
const known = () => madeUpService({ secret: secretOf(secret) });

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
    expect(service.store.label.mock.calls).toEqual([
      [profileKeyOf('slow'), { bucket: callerBucket('', secret), correct }],
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
    expect(service.store.label).not.toHaveBeenCalled();
  });

  it('reads a body in base64', async () => {
    const { body = '' } = feedback();
    const encoded = Buffer.from(body).toString('base64');
    const event = apiEvent({ body: encoded, isBase64Encoded: true });
    expect(await takeFeedback(known(), event)).toEqual({ counted: true });
  });

  it('takes the mark back when the table did not take the feedback, and says so', async () => {
    const service = known();
    service.store.label.mockResolvedValue({ applied: false, error: new Error('throttled') });
    await expect(takeFeedback(service, feedback())).rejects.toMatchObject({
      type: 'not-recorded',
      message: 'the feedback was not counted; send it again',
      headers: { 'retry-after': '1' },
    });
    expect(service.ledger.unmark.mock.calls).toEqual([[requestId]]);
  });

  it('leaves the mark when the feedback may have been taken', async () => {
    const service = known();
    service.store.label.mockResolvedValue({ applied: 'unknown', error: new Error('time-out') });
    expect(await takeFeedback(service, feedback())).toEqual({ counted: true });
    expect(service.ledger.unmark).not.toHaveBeenCalled();
  });

  it.each(['mark', 'unmark'] as const)(
    'is not recorded when the table fails to %s',
    async (step) => {
      const service = known();
      service.store.label.mockResolvedValue({ applied: false, error: new Error('throttled') });
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
        requestId: signRequestId(
          'r-0',
          profileKeyOf('slow'),
          now - feedbackPeriodMs - 1000,
          secret,
        ),
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

  it('refuses a request id for a file that the model had before', async () => {
    const formerKey = profileKeyOf('slow').replace('@aaaaaaaaaaaa', '@bbbbbbbbbbbb');
    const former = signRequestId('r-0', formerKey, now, secret);
    const body = { requestId: former, model: 'slow', correct: true };
    await expect(takeFeedback(known(), feedback(body))).rejects.toMatchObject({
      type: 'unknown-request',
    });
  });

  it('waits for the secret when its selector has just started', async () => {
    const within = vi.fn(async () => secret);
    const cold = madeUpService({ secret: { value: undefined, within } });
    expect(await takeFeedback(cold, feedback())).toEqual({ counted: true });
    expect(within.mock.calls).toEqual([[2_000]]);
  });

  it('asks to be sent again when the secret cannot be read, if the request id may be one', async () => {
    await expect(takeFeedback(madeUpService(), feedback())).rejects.toMatchObject({
      type: 'not-recorded',
      headers: { 'retry-after': '5' },
    });
    const madeUp = { requestId: 'r-0', model: 'slow', correct: true };
    await expect(takeFeedback(madeUpService(), feedback(madeUp))).rejects.toMatchObject({
      type: 'unknown-request',
    });
  });

  it('is off where the deployment wants none', async () => {
    const off = madeUpService({ secret: secretOf(secret), feedback: 'off' });
    await expect(takeFeedback(off, feedback())).rejects.toMatchObject({
      type: 'feedback-off',
      message: 'this deployment takes no feedback',
    });
    expect(off.store.label).not.toHaveBeenCalled();
  });

  it('is counted with its caller, whose name is not stored', async () => {
    const service = madeUpService({ secret: secretOf(secret), feedback: 'callers' });
    const event = feedback();
    const authorizer = { iam: { userArn: 'arn:aws:iam::1:user/ada' } };
    const signed = { ...event, requestContext: { ...event.requestContext, authorizer } };
    expect(await takeFeedback(service, signed as typeof event)).toEqual({ counted: true });
    const bucket = callerBucket('arn:aws:iam::1:user/ada', secret);
    expect(service.store.label.mock.calls).toEqual([
      [profileKeyOf('slow'), { bucket, correct: true }],
    ]);
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
