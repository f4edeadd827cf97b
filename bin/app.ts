#!/usr/bin/env node
import { App, Stack } from 'aws-cdk-lib';
import { MdInference } from '../lib/index.ts';
import { settingsOf } from './start/settings.ts';

// What fails while the app exits, or in a callback of the CDK's, has no other catch.
process.once('uncaughtException', fail);

const app = new App();
try {
  const { stackName, ...props } = settingsOf((name) => app.node.tryGetContext(name));
  new MdInference(new Stack(app, stackName), 'Api', props);
} catch (error) {
  fail(error);
}

/** Says why on one line: what Node prints of an uncaught error begins with a place in its own sources. */
function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  if (process.env.MDI_DEBUG) console.error(error);
  process.exit(1);
}
