import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { MdInference, type MdInferenceProps } from '../../../lib/index.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A stack with nothing but the service in it, synthesized. */
export function synthesized(props?: MdInferenceProps) {
  const outdir = mkdtempSync(join(tmpdir(), 'mdinference-synth-'));
  folders.push(outdir);
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Test');
  const service = new MdInference(stack, 'Api', props);
  app.synth();
  return { app, outdir, stack, service, template: Template.fromStack(stack) };
}

/** The properties of every resource of a type. */
export function propertiesOf(template: Template, type: string): Record<string, unknown>[] {
  return Object.values(template.findResources(type)).map(({ Properties }) => Properties);
}
