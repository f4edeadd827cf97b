import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { type DeployedFunction, functionsOf } from './functions-of.ts';
import { faultsOf } from './specification.ts';
import { type SynthesizedVariant, synthesizeVariant } from './synthesized-variant.ts';
import { variants } from './variants.ts';

describe.each(variants)('$name', (variant) => {
  let made: SynthesizedVariant;
  beforeAll(() => {
    made = synthesizeVariant(variant, temporaryFolder());
  });

  it('is what the CloudFormation resource specification asks for', () => {
    for (const template of made.templates.values()) expect(faultsOf(template)).toEqual([]);
  });

  it('is clean by cdk-nag', () => {
    expect([...new Set(made.findings)].sort()).toEqual([...(variant.findings ?? [])].sort());
  });

  it('keeps within the limits of CloudFormation and Lambda', () => {
    for (const template of made.templates.values()) {
      expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
      expect(Object.keys(template.Outputs ?? {}).length).toBeLessThanOrEqual(200);
      expect(JSON.stringify(template).length).toBeLessThan(1_000_000);
    }
    for (const { logicalId, variables } of functionsOf(made)) {
      const bytes = Object.entries(variables).flat().join('').length;
      // Of Lambda's 4,096: the names that CloudFormation makes may be longer than those of this machine.
      expect(bytes, logicalId).toBeLessThan(2_048);
    }
  });

  it('has selectors that start', () => {
    const selectors = functionsOf(made).filter(({ variables }) => variables.MDI_STRATEGY);
    expect(selectors.length).toBeGreaterThan(0);
    for (const selector of selectors) expect(warmedUp(selector)).toEqual({ statusCode: 204 });
  });
});

/** What a function's bundle answers to a warm-up, started as Lambda starts it. */
function warmedUp({ folder, variables }: DeployedFunction): unknown {
  const module = JSON.stringify(pathToFileURL(join(folder, 'index.mjs')));
  const program = `
    const { handler } = await import(${module});
    console.log(JSON.stringify(await handler({ warm: true }, {})));
    process.exit();`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...variables, LAMBDA_TASK_ROOT: folder, AWS_REGION: 'us-east-1' },
    encoding: 'utf8',
  });
  return JSON.parse(said);
}
