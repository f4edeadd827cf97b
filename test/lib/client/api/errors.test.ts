import { describe, expect, it } from 'vitest';
import {
  ApiError,
  ClassifyError,
  DeviceModelError,
  MalformedAnswerError,
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
  ])('of classify say their name and what happened: %s', (name, error, message) => {
    expect(error).toBeInstanceOf(ClassifyError);
    expect(error).toBeInstanceOf(MdInferenceError);
    expect(error).toMatchObject({ name, message });
  });

  it('of a model on the device too', () => {
    const error = new DeviceModelError('the worker failed');
    expect(error).toBeInstanceOf(MdInferenceError);
    expect(error).toMatchObject({ name: 'DeviceModelError', message: 'the worker failed' });
  });
});
