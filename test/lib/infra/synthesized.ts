import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { MdInference, type MdInferenceProps } from '../../../lib/index.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** A stack with nothing but the service in it, synthesized. Without props it is the same each time. */
export function synthesized(props?: MdInferenceProps | PropsOf): Synthesized {
  if (props) return synthesize(props, temporaryFolder(), withoutAssets);
  byDefault ??= synthesize({}, mkdtempSync(join(tmpdir(), 'synthesized-')));
  return byDefault;
}

/** The same with the files of its functions and layers, as it is deployed. */
export function synthesizedWithAssets(props: MdInferenceProps): Synthesized {
  return synthesize(props, temporaryFolder());
}

/** Templates are the same without the 100 MB that each would take. */
export const withoutAssets = { [DISABLE_ASSET_STAGING_CONTEXT]: true };

/** Properties with something that lives in the same stack. */
type PropsOf = (stack: Stack) => MdInferenceProps;
type Synthesized = ReturnType<typeof synthesize>;
let byDefault: Synthesized | undefined;

function synthesize(props: MdInferenceProps | PropsOf, outdir: string, context = {}) {
  const app = new App({ outdir, analyticsReporting: false, context });
  const stack = new Stack(app, 'Test');
  const service = new MdInference(stack, 'Api', typeof props === 'function' ? props(stack) : props);
  app.synth();
  return { app, outdir, stack, service, template: Template.fromStack(stack) };
}

/** The properties of every resource of a type. */
export function propertiesOf(template: Template, type: string): Record<string, unknown>[] {
  return Object.values(template.findResources(type)).map(({ Properties }) => Properties);
}
