import { describe, expect, it } from 'vitest';
import { MdInferenceError } from '../../../lib/core/errors.ts';
import * as preprocessing from '../../../lib/core/preprocessing/errors.ts';
import { NoCandidateError } from '../../../lib/core/selection/types.ts';

const classes = { ...preprocessing, NoCandidateError };

describe('errors', () => {
  // Minifiers rename classes, and callers tell errors apart by their names.
  it.each(Object.entries(classes))('say their name: %s', (name, type) => {
    const error = new type('why');
    expect(error).toBeInstanceOf(MdInferenceError);
    expect(error.name).toBe(name);
  });
});
