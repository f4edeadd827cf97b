import { describe, expect, it } from 'vitest';
import {
  ApiError,
  ClassifyError,
  DeviceModelError,
  MalformedAnswerError,
  MovedError,
  NetworkError,
  SlaExceededError,
} from '../../../../lib/client/api/errors.ts';
import { MdInferenceError } from '../../../../lib/core/errors.ts';

describe('errors', () => {
  // Minifiers rename classes, and apps tell errors apart by their names.
  it.each([
    ['ApiError', new ApiError(418), 'the service answered with status 418'],
    ['SlaExceededError', new SlaExceededError(9), 'no answer within the SLA of 9 ms'],
    ['NetworkError', new NetworkError('why'), 'the service could not be reached'],
    ['MalformedAnswerError', new MalformedAnswerError('it is malformed'), 'it is malformed'],
    [
      'MovedError',
      new MovedError('https://a.example'),
      'the service has moved: use https://a.example as the endpoint',
    ],
    ['DeviceModelError', new DeviceModelError('the worker failed'), 'the worker failed'],
  ])('of classify say their name and what happened: %s', (name, error, message) => {
    expect(error).toBeInstanceOf(ClassifyError);
    expect(error).toBeInstanceOf(MdInferenceError);
    expect(error).toMatchObject({ name, message });
  });
});
