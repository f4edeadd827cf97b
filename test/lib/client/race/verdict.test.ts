import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../../lib/client/api/types.ts';
import { type Standing, verdictOn } from './standing.ts';

const states: RunState[] = ['waiting', 'running', 'answered', 'failed', 'cancelled', 'skipped'];
const standings: Standing[] = states.flatMap((cloud) =>
  [undefined, ...states].flatMap((device) =>
    [
      { isDue: false, isOver: false },
      { isDue: true, isOver: false },
      { isDue: true, isOver: true },
    ].flatMap((when) =>
      [false, true].map((deviceIsBetter) => ({ cloud, device, ...when, deviceIsBetter })),
    ),
  ),
);
const mayCome = (state: RunState | undefined) => state === 'waiting' || state === 'running';

describe('verdict', () => {
  it('only takes an answer that is there', () => {
    for (const standing of standings) {
      const decision = verdictOn(standing);
      if (decision === 'cloud') expect(standing.cloud).toBe('answered');
      if (decision === 'device') expect(standing.device).toBe('answered');
    }
  });

  it('gives up only when nothing is there and nothing will come', () => {
    for (const standing of standings) {
      if (verdictOn(standing) !== 'none') continue;
      expect(standing.cloud).not.toBe('answered');
      expect(standing.device).not.toBe('answered');
      expect(mayCome(standing.device)).toBe(false);
      expect(standing.isOver || !mayCome(standing.cloud)).toBe(true);
    }
  });

  it('never waits with an answer in hand when the SLA is about to end, or has ended', () => {
    for (const standing of standings) {
      const inHand = standing.cloud === 'answered' || standing.device === 'answered';
      if (standing.isDue && inHand) expect(verdictOn(standing)).not.toBe('wait');
    }
  });

  it('takes the device’s answer at once when the cloud is not asked', () => {
    for (const standing of standings) {
      if (standing.cloud === 'skipped' && standing.device === 'answered') {
        expect(verdictOn(standing)).toBe('device');
      }
    }
  });

  it('waits only for what may come', () => {
    for (const standing of standings) {
      if (verdictOn(standing) !== 'wait') continue;
      expect(mayCome(standing.cloud) || mayCome(standing.device)).toBe(true);
    }
  });

  it('takes the more accurate of two answers', () => {
    const both = { cloud: 'answered', device: 'answered' } as const;
    const early = { isDue: false, isOver: false };
    expect(verdictOn({ ...both, ...early, deviceIsBetter: true })).toBe('device');
    expect(verdictOn({ ...both, ...early, deviceIsBetter: false })).toBe('cloud');
  });
});
