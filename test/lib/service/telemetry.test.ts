import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { metricsNamespace } from '../../../lib/service/metrics.ts';
import { Telemetry } from '../../../lib/service/telemetry.ts';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  // To the console that a test can watch; that alone would switch metrics off.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const request = {
  strategy: 'three-stage',
  model: 'large',
  accuracyPct: 90,
  budgetMs: 150,
  selectMs: 0.01,
  serviceMs: 80,
  serverMs: 82,
  coldStart: true,
  fellBack: false,
  inTime: true,
};

describe('Telemetry', () => {
  it('counts an answer by strategy and by model, in the embedded metric format', () => {
    new Telemetry('Stack-Api').answered(request);
    const [all, own] = lines.map((line) => JSON.parse(line));
    expect(all).toMatchObject({ strategy: 'three-stage', BudgetMs: 150, InTime: 1, Fallback: 0 });
    expect(all._aws.CloudWatchMetrics[0]).toMatchObject({
      Namespace: metricsNamespace,
      Dimensions: [expect.arrayContaining(['service', 'strategy'])],
    });
    expect(own).toMatchObject({ model: 'large', ServiceMs: 80, ColdStart: 1 });
    expect(own).not.toHaveProperty('strategy');
  });

  it('keeps requests apart', () => {
    const telemetry = new Telemetry('Stack-Api');
    telemetry.answered(request);
    telemetry.answered({ ...request, model: 'small', serviceMs: 1 });
    const own = lines.map((line) => JSON.parse(line)).filter(({ model }) => model);
    expect(own.map(({ model, ServiceMs }) => [model, ServiceMs])).toEqual([
      ['large', 80],
      ['small', 1],
    ]);
  });

  it('counts at once', () => {
    new Telemetry('Stack-Api').count('ProfileReadFailed', 3);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ ProfileReadFailed: 3 }]);
  });
});
