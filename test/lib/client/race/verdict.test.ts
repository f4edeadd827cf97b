import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../../lib/client/api/types.ts';
import { type Standing, verdict } from '../../../../lib/client/race/verdict.ts';

const states: RunState[] = ['waiting', 'running', 'answered', 'failed', 'cancelled'];
const standings: Standing[] = states.flatMap((cloud) =>
  [undefined, ...states].flatMap((device) =>
    [false, true].flatMap((expired) =>
      [false, true].map((deviceIsBetter) => ({ cloud, device, expired, deviceIsBetter })),
    ),
  ),
);
const mayCome = (state: RunState | undefined) => state === 'waiting' || state === 'running';

describe('verdict', () => {
  it('only takes an answer that is there', () => {
    for (const standing of standings) {
      const decision = verdict(standing);
      if (decision === 'cloud') expect(standing.cloud).toBe('answered');
      if (decision === 'device') expect(standing.device).toBe('answered');
    }
  });

  it('gives up only when nothing is there and nothing will come', () => {
    for (const standing of standings) {
      if (verdict(standing) !== 'none') continue;
      expect(standing.cloud).not.toBe('answered');
      expect(standing.device).not.toBe('answered');
      expect(mayCome(standing.device)).toBe(false);
      expect(standing.expired || !mayCome(standing.cloud)).toBe(true);
    }
  });

  it('never waits after the SLA with an answer in hand', () => {
    for (const standing of standings) {
      const inHand = standing.cloud === 'answered' || standing.device === 'answered';
      if (standing.expired && inHand) expect(verdict(standing)).not.toBe('wait');
    }
  });

  it('waits only for what may come', () => {
    for (const standing of standings) {
      if (verdict(standing) !== 'wait') continue;
      expect(mayCome(standing.cloud) || mayCome(standing.device)).toBe(true);
    }
  });

  it('takes the more accurate of two answers', () => {
    const both = { cloud: 'answered', device: 'answered', expired: false } as const;
    expect(verdict({ ...both, deviceIsBetter: true })).toBe('device');
    expect(verdict({ ...both, deviceIsBetter: false })).toBe('cloud');
  });
});
