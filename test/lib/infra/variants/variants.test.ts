import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { faultsOf } from './specification.ts';
import { type SynthesizedVariant, synthesizeVariant } from './synthesized-variant.ts';
import { variants } from './variants.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(variants)('$name', (variant) => {
  let made: SynthesizedVariant;
  beforeAll(() => {
    // Findings are printed, too.
    if (variant.findings) vi.spyOn(console, 'error').mockImplementation(() => {});
    made = synthesizeVariant(variant, temporaryFolder());
    console.log(
      variant.name,
      [...made.templates.values()].map(
        (t) => Object.keys(t.Resources).length + ' ' + JSON.stringify(t).length,
      ),
      made.seconds,
    );
  });

  it('is what the CloudFormation resource specification asks for', () => {
    for (const template of made.templates.values()) expect(faultsOf(template)).toEqual([]);
  });

  it('is clean by cdk-nag', () => {
    expect([...new Set(made.findings)].sort()).toEqual([...(variant.findings ?? [])].sort());
  });
});
