import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { metricsNamespace } from '../../../lib/service/metrics.ts';
import { requestLineSchema } from '../../../lib/service/request-line.ts';
import { Telemetry } from '../../../lib/service/telemetry.ts';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  // To the console that a test can watch; that alone would switch metrics off.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
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
  serviceMs: 80,
  serverMs: 82,
  coldStart: true,
  hedged: true,
  fellBack: false,
  deadlineExceeded: false,
  inTime: true,
};

describe('Telemetry', () => {
  it('counts an answer by strategy and by model, in one line of the embedded metric format', () => {
    new Telemetry('Stack-Api').answered(request);
    const [{ _aws, ...values }, ...others] = lines.map((line) => JSON.parse(line));
    expect(others).toEqual([]);
    expect(values).toEqual({
      ...{ service: 'Stack-Api', strategy: 'three-stage', model: 'large' },
      ...{ BudgetMs: 150, ServerMs: 82, AccuracyPct: 90, ServiceMs: 80 },
      ...{ SlaMet: 1, DeadlineExceeded: 0, Fallback: 0, Hedged: 1, ColdStart: 1 },
    });
    // Each metric is paid for with every set of dimensions: it has one.
    const [all, own] = _aws.CloudWatchMetrics;
    const namespace = metricsNamespace;
    expect(all).toMatchObject({ Namespace: namespace, Dimensions: [['service', 'strategy']] });
    expect(own).toEqual({
      ...{
        Namespace: namespace,
        Dimensions: [['service', 'model']],
        Metrics: [{ Name: 'ServiceMs' }],
      },
    });
    expect(all.Metrics).toHaveLength(8);
    expect(all.Metrics).not.toContainEqual({ Name: 'ServiceMs' });
  });

  it('counts no request where metrics are off', () => {
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
    new Telemetry('Stack-Api').answered(request);
    expect(lines).toEqual([]);
  });

  it.each([true, false])('counts a request without an answer as a missed SLA (504: %s)', (late) => {
    new Telemetry('Stack-Api').failed({ strategy: 'three-stage', deadlineExceeded: late });
    const [line, ...others] = lines.map((line) => JSON.parse(line));
    expect(line).toMatchObject({ strategy: 'three-stage', SlaMet: 0, DeadlineExceeded: +late });
    expect(line._aws.CloudWatchMetrics[0]).toMatchObject({
      Dimensions: [['service', 'strategy']],
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

  it('counts a share of the requests, answered or not, and everything that is no request', () => {
    const telemetry = new Telemetry('Stack-Api', { metricsShare: 0.25 });
    const random = vi.spyOn(Math, 'random');
    for (const drawn of [0.25, 0.99]) {
      random.mockReturnValue(drawn);
      telemetry.answered(request);
      telemetry.failed({ strategy: 'three-stage', deadlineExceeded: true });
    }
    expect(lines).toEqual([]);
    telemetry.count('BreakerOpened');
    expect(lines).toHaveLength(1);
    random.mockReturnValue(0.2499);
    telemetry.answered(request);
    telemetry.failed({ strategy: 'three-stage', deadlineExceeded: true });
    expect(lines).toHaveLength(3);
  });

  it.each([
    [undefined, ['warn', 'error']],
    ['INFO', ['warn', 'error']],
    ['WARN', ['warn', 'error']],
    ['ERROR', ['error']],
  ] as const)('logs what is severe enough for the level %s', (logLevel, expected) => {
    const said: string[] = [];
    for (const level of ['warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation(() => void said.push(level));
    }
    const { logger } = new Telemetry('Stack-Api', logLevel ? { logLevel } : {});
    logger.warn('model could not answer');
    logger.error('unexpected error');
    expect(said).toEqual(expected);
  });

  it('counts at once', () => {
    new Telemetry('Stack-Api').count('ProfileReadFailed', 3);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ ProfileReadFailed: 3 }]);
  });

  describe('logs a request', () => {
    const line = {
      ...{ epochMs: 1_795_726_576_600.25, slaMs: 250, inputMs: 43.125, source: 'client' as const },
      ...{ outputMs: 12.5, outputInputMs: 40.001, deviceAccuracyPct: 56.9 },
      ...{
        strategy: 'three-stage' as const,
        model: 'large',
        accuracyPct: 90,
        serviceMs: 80.5,
        serverMs: 81.25,
      },
      ...{ coldStart: false, hedged: false, inTime: true },
    };
    const written: string[] = [];
    beforeEach(() => {
      written.length = 0;
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        written.push(String(text));
        return true;
      });
    });

    it('as one line of JSON that can be read again, its marker first', () => {
      new Telemetry('Stack-Api').requested(line);
      expect(written).toEqual([expect.stringMatching(/^\{"mdiRequest":1,"epochMs".*\}\n$/)]);
      expect(requestLineSchema.parse(JSON.parse(written[0] ?? ''))).toEqual({
        mdiRequest: 1,
        ...line,
      });
    });

    it('in at most 300 bytes, without what is false or unknown', () => {
      const { model, accuracyPct, serviceMs, serverMs, outputMs, outputInputMs, ...unanswered } =
        line;
      new Telemetry('Stack-Api').requested({ ...unanswered, inTime: false });
      new Telemetry('Stack-Api').requested({ ...line, model: 'a-model-with-quite-a-long-name' });
      expect(Object.keys(JSON.parse(written[0] ?? ''))).toEqual([
        ...['mdiRequest', 'epochMs', 'slaMs', 'inputMs', 'source', 'deviceAccuracyPct', 'strategy'],
      ]);
      expect(written[1]?.length).toBeLessThan(300);
    });

    it('of the share that is to be logged', () => {
      const random = vi.spyOn(Math, 'random');
      const telemetry = new Telemetry('Stack-Api', { requestShare: 0.25 });
      for (const luck of [0.2, 0.3, 0.9, 0]) {
        random.mockReturnValueOnce(luck);
        telemetry.requested(line);
      }
      expect(written).toHaveLength(2);
    });
  });
});
