import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { metricsNamespace } from '../../../lib/service/metrics.ts';
import { VersionMetrics } from '../../../lib/service/version-metrics.ts';

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

describe('VersionMetrics', () => {
  it('counts an answer in one line, by the selector’s version and by the model’s', () => {
    const answeredBy = { model: 'large', version: '7' };
    new VersionMetrics('Stack-Api', '3').count({ inTime: true, answeredBy });
    const [line, ...others] = lines.map((each) => JSON.parse(each));
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      ...{ service: 'Stack-Api', SlaMet: 1 },
      ...{ selectorVersion: '3', model: 'large', modelVersion: '7' },
    });
    const [{ Namespace, Dimensions }] = line._aws.CloudWatchMetrics;
    expect(Namespace).toBe(metricsNamespace);
    expect(Dimensions.map((set: string[]) => set.toSorted())).toEqual([
      ['selectorVersion', 'service'],
      ['model', 'modelVersion', 'service'],
    ]);
  });

  it('counts a request without an answer as missed, by the selector’s version alone', () => {
    const metrics = new VersionMetrics('Stack-Api', '3');
    metrics.count({ inTime: true, answeredBy: { model: 'large', version: '7' } });
    metrics.count({ inTime: false });
    const line = JSON.parse(lines[1] ?? '');
    expect(line).toMatchObject({ selectorVersion: '3', SlaMet: 0 });
    expect(line).not.toHaveProperty('model');
    const [{ Dimensions }] = line._aws.CloudWatchMetrics;
    expect(Dimensions.map((set: string[]) => set.toSorted())).toEqual([
      ['selectorVersion', 'service'],
    ]);
  });
});
