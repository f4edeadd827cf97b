import { describe, expect, it } from 'vitest';
import {
  ApiError,
  MalformedAnswerError,
  NetworkError,
  SlaExceededError,
} from '../../../lib/client/api/errors.ts';
import { image, useFakeService } from './running-client.ts';

const fake = useFakeService();
const { classify } = fake;

describe('without a model on the device', () => {
  it('takes the answer of the cloud', async () => {
    const { answer, ms } = await classify({}, { serverMs: 100 });
    expect(answer).toMatchObject({ source: 'cloud', inTime: true });
    expect(answer?.race.device).toBeUndefined();
    expect(ms).toBe(100);
  });

  it('rejects at the end of the SLA', async () => {
    const { error, ms } = await classify({}, { serverMs: 251 });
    expect(error).toBeInstanceOf(SlaExceededError);
    expect(error).toMatchObject({ slaMs: 250, message: 'no answer within the SLA of 250 ms' });
    expect(ms).toBe(250);
  });

  it('rejects with the problem document as soon as it is there', async () => {
    const problem = {
      type: '/problems/throttled',
      title: 'Too many requests',
      status: 429,
      detail: 'try again later',
      requestId: 'r2',
    };
    const headers = { 'retry-after': '3' };
    const { error, ms } = await classify({}, { inputMs: 20, status: 429, body: problem, headers });
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 429, problem, retryAfterMs: 3_000 });
    expect((error as ApiError).message).toBe('Too many requests: try again later');
    expect(ms).toBe(20);
  });

  it('rejects with the status alone when there is no problem document', async () => {
    const { error } = await classify({}, { status: 403, body: { message: 'Forbidden' } });
    expect(error).toMatchObject({ name: 'ApiError', status: 403, problem: undefined });
  });

  it('names what broke and what is malformed', async () => {
    const offline = await classify({}, { breaks: true });
    expect(offline.error).toBeInstanceOf(NetworkError);
    expect((offline.error as NetworkError).cause).toBeInstanceOf(TypeError);
    const malformed = await classify({}, { body: { requestId: 'r', model: { name: 1 } } });
    expect(malformed.error).toBeInstanceOf(MalformedAnswerError);
    expect((malformed.error as Error).message).toContain('malformed: model');
  });

  it('rejects with what the authorization throws', async () => {
    const auth = () => Promise.reject(new Error('signed out'));
    expect((await classify({ auth })).error).toMatchObject({ message: 'signed out' });
  });
});

describe('what is asked for wrongly', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('an SLA of %s', async (slaMs) => {
    expect(() => fake.client({ slaMs })).toThrow(
      new RangeError(`slaMs must be from 1 to 1073741824, not ${slaMs}`),
    );
    await expect(fake.client().classify(image, { slaMs })).rejects.toThrow(RangeError);
  });

  it('bytes without a content type', async () => {
    const made = fake.client();
    await expect(made.classify(new Uint8Array(3))).rejects.toThrow('contentType is missing');
    expect(fake.service.requests).toEqual([]);
  });
});
