#!/usr/bin/env node
import { App, Stack } from 'aws-cdk-lib';
import { z } from 'zod';
import { CatalogueError } from '../lib/catalogue/load.ts';
import { InvalidPropertyError, MdInference } from '../lib/index.ts';
import { strategyNames } from '../lib/selection/strategies.ts';

/** What can be set from outside: `cdk deploy -c catalogue=imagenet -c strategy=three-stage -c auth=none`. */
const contextSchema = z.object({
  catalogue: z.string().optional(),
  strategy: z.enum(strategyNames).optional(),
  auth: z.enum(['iam', 'none']).optional(),
  stackName: z.string().default('MdInference'),
});

const app = new App();
const keys = Object.keys(contextSchema.shape);
const context = contextSchema.safeParse(
  Object.fromEntries(keys.map((key) => [key, app.node.tryGetContext(key)])),
);
if (!context.success) {
  const { path, message } = context.error.issues[0] ?? { path: [], message: '' };
  fail(`context ${path.map(String).join('.')}: ${message}`);
}
const { stackName, ...props } = context.data;
try {
  new MdInference(new Stack(app, stackName), 'Api', props);
} catch (error) {
  if (error instanceof CatalogueError || error instanceof InvalidPropertyError) fail(error.message);
  throw error;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
