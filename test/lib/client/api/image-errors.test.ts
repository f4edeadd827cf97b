import { describe, expect, it } from 'vitest';
import { ClassifyError } from '../../../../lib/client/api/errors.ts';
import {
  CanvasBlockedError,
  ImageFormatError,
  ImageReadError,
} from '../../../../lib/client/api/image-errors.ts';
import { MdInferenceError } from '../../../../lib/core/errors.ts';

describe('errors of images', () => {
  it.each([
    ['ImageFormatError', new ImageFormatError('a film')],
    ['ImageReadError', new ImageReadError('it has been closed')],
    ['CanvasBlockedError', new CanvasBlockedError()],
  ])('say their name, which no minifier renames: %s', (name, error) => {
    expect(error).toBeInstanceOf(MdInferenceError);
    expect(error.name).toBe(name);
    expect(error.message).not.toBe('');
  });

  it('end a classification when nothing can be sent', () => {
    expect(new ImageFormatError('a film')).toBeInstanceOf(ClassifyError);
  });
});
