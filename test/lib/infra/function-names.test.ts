import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionNameOf, longestDeployment } from '../../../lib/infra/function-names.ts';

const deployment = 'Test-Api-17E32BCB';
const longest = 'a'.repeat(longestDeployment);

describe('the name of a model’s function', () => {
  it('is the deployment’s and the model’s', () => {
    expect(functionNameOf(deployment, 'resnet-64-views12')).toBe(
      'Test-Api-17E32BCB-resnet-64-views12',
    );
  });

  it('ends with a hash where Lambda does not take the model’s', () => {
    expect(functionNameOf(deployment, 'squeezenet1.1-7')).toBe(
      'Test-Api-17E32BCB-squeezenet1-1-7-e468ef4a',
    );
    expect(functionNameOf(longest, 'b'.repeat(40))).toBe(
      `${longest}-${'b'.repeat(22)}-${functionNameOf(longest, 'b'.repeat(40)).slice(-8)}`,
    );
  });

  it('is one that Lambda takes, and no other model’s', () => {
    const model = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/);
    fc.assert(
      fc.property(fc.constantFrom(deployment, longest), model, model, (begins, one, other) => {
        const name = functionNameOf(begins, one);
        expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
        expect(name.startsWith(`${begins}-`)).toBe(true);
        if (one !== other) expect(functionNameOf(begins, other)).not.toBe(name);
      }),
    );
  });
});
