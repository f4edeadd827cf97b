import { describe, expect, it } from 'vitest';
import type { MeasuredRequest } from '../../../../lib/evaluation/live/measured-request.ts';
import { liveReport, requestsCsv } from '../../../../lib/evaluation/live/report.ts';
import type { RequestResult } from '../../../../lib/evaluation/live/request-result.ts';

const facts = {
  ...{ url: 'http://x', trace: 'wifi', slaMs: 100, ratePerS: 1, durationS: 4, arrivals: 'even' },
  ...{
    policy: 'always',
    cloud: 'always',
    upload: 'adaptive',
    seed: 1,
    strategy: 'three-stage',
    catalogue: 'c',
    onDevice: 'small',
  },
};

const cloud = { model: 'big', inputMs: 20, serviceMs: 30, totalMs: 60 };
const request: MeasuredRequest = {
  ...{
    request: 0,
    dueMs: 0,
    startMs: 2,
    bytes: 10,
    rung: 'view',
    label: 'ring',
    predicted: 'ring',
    right: 1,
  },
  ...{ source: 'cloud', model: 'big', accuracyPct: 90, inTime: true, answerMs: 61, cloud },
  ...{
    isUploaded: true,
    deviceRan: true,
    deviceMs: 4,
    timerErrorMs: undefined,
    cloudState: 'answered',
  },
  ...{ coldStart: false, inputSource: 'client', error: undefined },
};
const late: MeasuredRequest = {
  ...{ ...request, source: 'device', model: 'small', accuracyPct: 50, right: 0 },
  ...{
    answerMs: 97,
    isUploaded: false,
    rung: undefined,
    timerErrorMs: 3,
    cloud: { ...cloud, model: 'huge', totalMs: 140 },
  },
};
const nobody: MeasuredRequest = {
  ...{ ...request, source: 'nobody', model: undefined, accuracyPct: 0, right: 0, inTime: false },
  ...{ answerMs: Number.POSITIVE_INFINITY, cloud: undefined, cloudState: 'failed' },
  error: 'busy, "very"',
};
const requests = [request, { ...request, bytes: 25, rung: 'small' }, late, nobody];

const simulated: RequestResult = {
  ...{ right: 0.9, accuracyPct: 90, source: 'cloud', inTime: true, answerMs: 55 },
  ...{ isUploaded: true, deviceRan: undefined, cloud: { ...cloud, totalMs: 55 } },
};

const report = liveReport(facts, requests, {
  models: ['big', 'huge', 'unused'],
  before: [simulated],
  after: [{ ...simulated, accuracyPct: 80 }],
});
const row = (name: string) => report.metrics.find(({ metric }) => metric === name);

describe('the report', () => {
  it.each([
    ['right labels, %', 50, 90],
    ['mean accuracy of the models that answered, %', (90 + 90 + 50) / 4, 90],
    ['answers within the SLA, %', 75, 100],
    ['the cloud’s within the SLA, %', 50, 100],
    ['reliance on the device, %', 25, 0],
    ['no answer at all, %', 25, 0],
    ['uploads saved, %', 25, 0],
    ['cloud’s answers by big, %', 200 / 3, 100],
    ['cloud’s answers by huge, %', 100 / 3, 0],
    ['answer, p50 ms', 61, 55],
    ['the cloud’s answer, p50 ms', 60, 55],
    ['T_input, p90 ms', 20, 20],
  ])('puts %s beside the simulation’s', (metric, measured, predicted) => {
    expect(row(metric)).toEqual({
      metric,
      measured: expect.closeTo(measured, 9),
      simulated: expect.closeTo(predicted, 9),
      difference: expect.closeTo(measured - predicted, 9),
    });
  });

  it('says what was uploaded', () => {
    expect(row('upload, KB')?.measured).toBeCloseTo((10 + 25 + 10) / 3 / 1000, 9);
    expect(row('sent as view, %')?.measured).toBeCloseTo(200 / 3, 9);
    expect(row('sent as small, %')?.measured).toBeCloseTo(100 / 3, 9);
  });

  it('says nothing where a side knows nothing, or an answer never came', () => {
    const unknown = { simulated: null, difference: null };
    expect(row('runs on the device, %')).toMatchObject({ measured: 100, ...unknown });
    expect(row('timer after the SLA’s end, p99 ms')).toMatchObject({ measured: 3, ...unknown });
    expect(row('answer, p99 ms')).toMatchObject({ measured: null, difference: null });
    expect(row('cloud’s answers by unused, %')).toBeUndefined();
  });

  it('counts an answer as late that was handed over after the SLA, if only by its timer', () => {
    const slow = { ...late, answerMs: 100.5, timerErrorMs: 0.5 };
    const { metrics } = liveReport(facts, [slow], { models: [], before: [], after: [] });
    expect(metrics.find(({ metric }) => metric === 'answers within the SLA, %')?.measured).toBe(0);
  });

  it('says what chance does, why the cloud failed, and what the profiles say afterwards', () => {
    const [low, high] = report.right95Pct;
    expect(low).toBeLessThan(50);
    expect(high).toBeGreaterThan(50);
    expect(report.failures).toEqual({ 'busy, "very"': 1 });
    expect(report.afterwards['mean accuracy of the models that answered, %']).toBe(80);
  });
});

describe('the requests', () => {
  it('are a row each, with empty fields where something did not happen', () => {
    const [head, first, ...rest] = requestsCsv(requests).split('\n');
    expect(head).toMatch(/^request,dueMs,startMs,bytes,rung,label,predicted,right,source,model,/);
    expect(first).toBe(
      '0,0,2,10,view,ring,ring,1,cloud,big,90,true,61,,4,answered,big,20,client,30,60,false,',
    );
    expect(rest[2]).toMatch(/,nobody,,0,false,,.*"busy, ""very"""$/);
  });
});
