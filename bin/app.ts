#!/usr/bin/env node
import { App, Stack } from 'aws-cdk-lib';
import { InvalidPropertyError, MdInference } from '../lib/index.ts';
import { CatalogueError } from '../lib/service/catalogue/load.ts';
import { SettingError, settingsOf } from './start/settings.ts';

const app = new App();
try {
  const { stackName, ...props } = settingsOf((name) => app.node.tryGetContext(name));
  new MdInference(new Stack(app, stackName), 'Api', props);
} catch (error) {
  const usersFaults = [CatalogueError, InvalidPropertyError, SettingError];
  if (!usersFaults.some((fault) => error instanceof fault)) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
