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
  hedged: true,
  fellBack: false,
  deadlineExceeded: false,
  inTime: true,
};

describe('Telemetry', () => {
  it('counts an answer by strategy and by model, in the embedded metric format', () => {
    new Telemetry('Stack-Api').answered(request);
    const [all, own] = lines.map((line) => JSON.parse(line));
    expect(all).toMatchObject({
      ...{ strategy: 'three-stage', BudgetMs: 150 },
      ...{ SlaMet: 1, DeadlineExceeded: 0, Fallback: 0, Hedged: 1 },
    });
    expect(all._aws.CloudWatchMetrics[0]).toMatchObject({
      Namespace: metricsNamespace,
      Dimensions: [expect.arrayContaining(['service', 'strategy'])],
    });
    expect(own).toMatchObject({ model: 'large', ServiceMs: 80, ColdStart: 1 });
    expect(own).not.toHaveProperty('strategy');
  });

  it.each([true, false])('counts a request without an answer as a missed SLA (504: %s)', (late) => {
    new Telemetry('Stack-Api').failed({ strategy: 'three-stage', deadlineExceeded: late });
    const [line, ...others] = lines.map((line) => JSON.parse(line));
    expect(line).toMatchObject({ strategy: 'three-stage', SlaMet: 0, DeadlineExceeded: +late });
    expect(line._aws.CloudWatchMetrics[0]).toMatchObject({
      Dimensions: [expect.arrayContaining(['service', 'strategy'])],
      Metrics: [{ Name: 'SlaMet' }, { Name: 'DeadlineExceeded' }],
    });
    expect(others).toEqual([]);
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
