import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack, Validations } from 'aws-cdk-lib';
import { LambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { MdInference, type MdInferenceProps } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const reportSchema = z.object({
  pluginReports: z.array(z.object({ violations: z.array(z.object({ ruleName: z.string() })) })),
});

/** What cdk-nag, and CDK's own validation where it is on, find that nobody has acknowledged. */
function findings(props: MdInferenceProps): string[] {
  const outdir = temporaryFolder();
  // With the feature flags that new CDK apps have: some write policies another way.
  const app = new App({ outdir, analyticsReporting: false, context: cdkJson.context });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new MdInference(new Stack(app, 'Test'), 'Api', props);
  vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    // Throws at findings, once they are printed and in the report, which names what was not clean.
    app.synth();
  } catch (error) {
    if (!/ValidationFailed|Validation failed/.test(String(error))) throw error;
  }
  const report = readFileSync(join(outdir, 'validation-report.json'), 'utf8');
  const { pluginReports } = reportSchema.parse(JSON.parse(report));
  return pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('cdk-nag', () => {
  it('finds nothing in the service as it is by default', () => {
    vi.stubEnv('CDK_VALIDATION', 'true');
    expect(findings({})).toEqual([]);
  });

  it('finds nothing with everything on', () => {
    vi.stubEnv('CDK_VALIDATION', 'true');
    const everything = {
      cors: { origins: ['https://app.example.com'] },
      keepWarm: Duration.minutes(5),
      provisionedConcurrency: { min: 1, max: 4 },
      models: { 'nano-24': { storage: 's3' } } as const,
      rollout: { config: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE },
    };
    expect(findings(everything)).toEqual([]);
  });

  it('finds the routes that were opened, and the service warns of them', () => {
    expect(new Set(findings({ auth: 'none' }))).toEqual(
      new Set(['AwsSolutions-APIG4', 'Annotation::mdinference:open-api']),
    );
  });
});
