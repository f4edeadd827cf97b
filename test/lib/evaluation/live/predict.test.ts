import { describe, expect, it } from 'vitest';
import type { LivePlan } from '../../../../lib/evaluation/live/plan.ts';
import {
  type PredictedService,
  predict,
  predictedService,
} from '../../../../lib/evaluation/live/predict.ts';
import { halfSureDevice } from '../engine/made-up-device.ts';
import { madeUpLink } from '../engine/made-up-links.ts';

const image = { bytes: new Uint8Array(15_000), contentType: 'image/jpeg', label: 'ring' };
const plan: LivePlan = {
  link: madeUpLink(1),
  conditions: { baseDelayMs: 20, answerBytes: 1_500 },
  dueMs: [300, 500, 1_999],
  images: [image],
  slaMs: 150,
  policy: 'always',
  cloud: 'always',
  upload: 'original',
  seed: 1,
};
const service: PredictedService = {
  models: [{ name: 'only', accuracyPct: 90, meanMs: 40, stdMs: 0 }],
  selector: 'three-stage',
  clockErrorMs: 5,
  deviceAccuracyPct: 50,
};

describe('the prediction', () => {
  it('sends the same uploads at the same moments over the same recording', () => {
    const results = predict(plan, service);
    // Ten packets from the start on, then 20 ms; the third meets the break of 300 ms.
    const inputs = results.slice(0, 3).map(({ cloud }) => cloud?.inputMs);
    expect(inputs).toEqual([29, 29, 329]);
    expect(results[0]?.cloud?.totalMs).toBeCloseTo(29 + 40 + 20, 9);
    expect(results.slice(3, 6)).toEqual(results.slice(0, 3));
  });

  it('takes what was sent from the run, and what that costs the models', () => {
    const rung = { name: 'small', meanBytes: 3_000, stdBytes: 0, accuracyLossPct: { only: 4 } };
    const sent = [
      { bytes: 3_000, rung: 'small' },
      { bytes: 3_000, rung: 'of an older ladder' },
    ];
    const [first, second, third] = predict(plan, { ...service, rungs: [rung] }, sent);
    expect(first).toMatchObject({ accuracyPct: 86, right: 0.86, cloud: { inputMs: 21 } });
    expect(second).toMatchObject({ accuracyPct: 90, cloud: { inputMs: 21 } });
    expect(third?.cloud?.inputMs).toBe(329);
  });

  it('gives the device’s answer at the SLA where the cloud’s is late', () => {
    const [first, , third] = predict(plan, service);
    expect(first).toMatchObject({ source: 'cloud', accuracyPct: 90, right: 0.9, inTime: true });
    expect(third).toMatchObject({ source: 'device', accuracyPct: 50, inTime: true, answerMs: 150 });
    expect(third?.deviceRan).toBe(true);
  });

  it('is late without duplication, and does not know how often the device can wait', () => {
    const third = (policy: LivePlan['policy']) => predict({ ...plan, policy }, service)[2];
    expect(third('never')).toMatchObject({ source: 'device', inTime: false, deviceRan: true });
    expect(third('when-needed')).toMatchObject({ inTime: true, deviceRan: undefined });
  });

  describe('asks the cloud only when the device is not sure', () => {
    const device = halfSureDevice([30, 98], { rightAlongside: { only: [8_200, 9_800] } });
    const unsure = { ...plan, cloud: 'when-unsure' } as const;

    it('and uploads nothing of the others', () => {
      const results = predict(unsure, { ...service, device });
      const sure = results.filter(({ isUploaded }) => !isUploaded);
      expect(sure.length).toBeGreaterThan(0);
      expect(sure.length).toBeLessThan(results.length);
      for (const result of sure) {
        expect(result).toMatchObject({ source: 'device', right: 0.98, cloud: undefined });
        expect(result.answerMs).toBeCloseTo(4, 0);
      }
      const [asked] = results.filter(({ source }) => source === 'cloud');
      expect(asked).toMatchObject({ right: 0.82, accuracyPct: 90, isUploaded: true });
    });

    it('from the threshold on that the app sets', () => {
      const results = predict({ ...unsure, sureFrom: 0.2 }, { ...service, device });
      expect(results.every(({ isUploaded }) => !isUploaded)).toBe(true);
    });

    it('which nobody can foretell of a device that was not measured', () => {
      expect(predict(unsure, service)).toEqual(predict(plan, service));
    });
  });

  it('takes a better model on the device before the cloud’s', () => {
    const [first] = predict(plan, { ...service, deviceAccuracyPct: 95 });
    expect(first).toMatchObject({ source: 'device', accuracyPct: 95 });
  });
});

/** As `GET /v1/models` lists a model, as far as it counts here. */
function listed(name: string, accuracyPct: number, meanMs: number, latencyOnly?: true) {
  const profile = { meanMs, stdMs: 1, meanErrorMs: 0, p50Ms: meanMs, p95Ms: meanMs, p99Ms: meanMs };
  return {
    ...{ name, version: '1', accuracyPct, catalogueAccuracyPct: accuracyPct, accuracySource: '' },
    ...{ feedback: { labels: 0, correct: 0 }, licence: 'MIT', memoryMb: 1 },
    ...(latencyOnly && { latencyOnly }),
    profile: { ...profile, samples: 9, coldShare: 0, failures: 0, basis: 'baseline' },
  };
}

describe('a service that is predicted', () => {
  const models = [
    listed('small', 60, 5),
    listed('worse', 50, 9),
    listed('large', 90, 40),
    listed('meaningless', 99, 80, true),
  ];
  const namesOf = (strategy: string) =>
    predictedService({ models, strategy }, 50).models.map(({ name }) => name);

  it('chooses among the models that its selector chooses among', () => {
    expect(namesOf('three-stage')).toEqual(['small', 'worse', 'large']);
  });

  it('must select by a strategy that is known', () => {
    expect(() => predictedService({ models, strategy: 'luck' }, 50)).toThrow(/"luck"/);
  });
});
