import { describe, expect, it } from 'vitest';
import { requestOutcome } from '../../../../lib/client/api/outcome.ts';
import { classified, inTime } from '../../playground/results/races.ts';

describe('requestOutcome', () => {
  it('knows an answer of the cloud in time', () => {
    expect(requestOutcome(classified({}), 'ring')).toEqual({
      source: 'cloud',
      inTime: true,
      cloudInTime: true,
      accuracyPct: 96,
      correct: true,
    });
  });

  it.each([
    ['failed', { state: 'failed', endMs: 5 }],
    ['late', { ...inTime, endMs: 251 }],
    ['still on its way', { state: 'running' }],
  ] as const)('does not count a cloud that is %s', (_, cloud) => {
    const outcome = requestOutcome(classified({ winner: 'device', cloud }), 'disc');
    expect(outcome).toMatchObject({ inTime: true, cloudInTime: false, correct: false });
  });

  it('counts no answer as wrong, and as nothing where the label is not known', () => {
    expect(requestOutcome(undefined, 'ring')).toMatchObject({ source: 'nobody', correct: false });
    expect(requestOutcome(undefined, undefined).correct).toBeUndefined();
  });
});
