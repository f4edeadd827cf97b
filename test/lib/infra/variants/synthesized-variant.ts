import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { z } from 'zod';
import cdkJson from '../../../../cdk.json' with { type: 'json' };
import type { Template } from './specification.ts';
import type { Variant } from './variants.ts';

const reportSchema = z.object({
  pluginReports: z.array(z.object({ violations: z.array(z.object({ ruleName: z.string() })) })),
});

/** A variant, synthesized with the feature flags that new CDK apps have: some write policies another way. */
export interface SynthesizedVariant {
  readonly outdir: string;
  /** By their files, those of nested stacks among them. */
  readonly templates: ReadonlyMap<string, Template>;
  /** What cdk-nag, and CDK's own validation where it is on, find that nobody has acknowledged. */
  readonly findings: readonly string[];
  readonly seconds: number;
}

/** Synthesizes a variant into an empty folder. */
export function synthesizeVariant({ build }: Variant, outdir: string): SynthesizedVariant {
  const startMs = performance.now();
  const app = new App({ outdir, analyticsReporting: false, context: cdkJson.context });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  build(app);
  const { error: print } = console;
  console.error = () => {};
  try {
    // Throws at findings, once they are printed and in the report, which names what was not clean.
    app.synth();
  } catch (error) {
    if (!/ValidationFailed|Validation failed/.test(String(error))) throw error;
  } finally {
    console.error = print;
  }
  const seconds = (performance.now() - startMs) / 1000;
  const report = reportSchema.parse(readJson(join(outdir, 'validation-report.json')));
  const files = globSync('**/*.template.json', { cwd: outdir });
  return {
    outdir,
    templates: new Map(files.map((file) => [file, readJson(join(outdir, file)) as Template])),
    findings: report.pluginReports.flatMap(({ violations }) =>
      violations.map(({ ruleName }) => ruleName),
    ),
    seconds,
  };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
