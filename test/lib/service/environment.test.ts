import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readEnvironment, selectorEnvironmentSchema } from '../../../lib/service/environment.ts';

const variables = {
  LAMBDA_TASK_ROOT: '/var/task',
  MDI_TABLE_NAME: 'profiles',
  MDI_DEPLOYMENT: 'Stack-Api',
  MDI_WINDOW_MS: '60000',
  MDI_SHARDS: '2',
  MDI_STRATEGY: 'three-stage',
  MDI_DEFAULT_SLA_MS: '250',
  MDI_DEFAULT_NETWORK_MS: '100',
  MDI_CLOCK_TOLERANCE_MS: '50',
  MDI_MAX_INPUT_MS: '60000',
  MDI_CLOCK_ERROR_MS: '5',
  MDI_AT_DEADLINE: 'wait',
  MDI_LATE_WAIT_MS: '10000',
  MDI_HEDGE_SHARE: '0.05',
  MDI_CALLER_SHARE: '0.2',
  MDI_FEEDBACK: 'callers',
  MDI_FEEDBACK_WEIGHT: '200',
  MDI_VERSION_METRICS: 'off',
};

beforeEach(() => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('readEnvironment', () => {
  it('reads numbers', () => {
    expect(readEnvironment(selectorEnvironmentSchema)).toMatchObject({
      MDI_SHARDS: 2,
      MDI_AT_DEADLINE: 'wait',
      MDI_LATE_WAIT_MS: 10_000,
      MDI_HEDGE_SHARE: 0.05,
      MDI_FEEDBACK: 'callers',
      MDI_FEEDBACK_WEIGHT: 200,
    });
  });

  it.each([
    ['MDI_TABLE_NAME', ''],
    ['MDI_SHARDS', '1.5'],
    ['MDI_SHARDS', '0'],
    ['MDI_WINDOW_MS', 'long'],
    ['MDI_FEEDBACK', 'on'],
    ['MDI_VERSION_METRICS', 'yes'],
    ['MDI_FEEDBACK_WEIGHT', '0'],
    ['MDI_AT_DEADLINE', 'sleep'],
    ['MDI_HEDGE_SHARE', '5'],
    ['MDI_CALLER_SHARE', '1.5'],
    ['MDI_METRICS_SHARE', '0'],
    ['MDI_LOG_LEVEL', 'DEBUG'],
    ['MDI_STRATEGY', 'guess'],
  ])('names a variable that is wrong: %s=%s', (name, value) => {
    vi.stubEnv(name, value);
    expect(() => readEnvironment(selectorEnvironmentSchema)).toThrow(
      new RegExp(`^environment variable ${name}: `),
    );
  });
});
