import { describe, expect, it } from 'vitest';
import {
  approaches,
  type Choices,
  outcomeOfApproach,
} from '../../../../lib/evaluation/experiments/approaches.ts';

const answer = (accuracyPct: number, latencyMs: number) => ({ accuracyPct, latencyMs });

/** A request that only the largest model answers too late. */
const slow: Choices = {
  slaMs: 250,
  deviceAccuracyPct: 40,
  deviceMs: 35,
  deviceWorks: true,
  cloud: {
    largest: answer(80, 300),
    fastest: answer(50, 90),
    greedy: answer(80, 300),
    cheapest: answer(70, 100),
    mdinference: answer(75, 240),
    expected: answer(78, 260),
    oracle: answer(78, 249),
  },
};
const run = (name: string, changes: Partial<Choices> = {}) =>
  approaches.find((approach) => approach.name === name)?.run({ ...slow, ...changes });
const withLargestAt = (latencyMs: number) => ({
  cloud: { ...slow.cloud, largest: answer(80, latencyMs) },
});

describe('approaches', () => {
  it.each([
    ['on the device only', {}, [40, 35, true, 0]],
    ['always the largest model', {}, [80, 300, false, 1]],
    ['same request to two models', {}, [50, 250, false, 2]],
    ['same request to two models', withLargestAt(200), [80, 200, false, 2]],
    ['device first, cloud where it cannot', {}, [40, 35, true, 0]],
    ['device first, cloud where it cannot', { deviceWorks: false }, [80, 300, false, 1]],
    // 50 ms before the SLA it stops waiting.
    ['cloud first, device after a time-out', {}, [40, 235, true, 1]],
    ['cloud first, device after a time-out', withLargestAt(199), [80, 199, false, 1]],
    ['MDInference without the device', {}, [75, 240, false, 1]],
    ['MDInference', {}, [75, 240, true, 1]],
    ['expected accuracy', {}, [40, 250, true, 1]],
    ['oracle', {}, [78, 249, true, 1]],
  ] as const)('%s %j', (name, changes, [accuracyPct, latencyMs, ranOnDevice, cloudRuns]) => {
    expect(run(name, changes)).toEqual({ accuracyPct, latencyMs, ranOnDevice, cloudRuns });
  });

  describe('the cloud when unsure', () => {
    const found = {
      tookMs: 5,
      chancePct: 70,
      rightPct: 72,
      bestCloudPct: 78,
      cloud: { accuracyPct: 75, rightPct: 60, latencyMs: 240 },
    };
    const whenUnsure = (changes: Partial<typeof found>) => {
      const first = { ...found, ...changes };
      return run('MDInference, the cloud when unsure', {
        first: { mdinference: first, expected: first },
      });
    };
    it.each([
      // It knows of 75 % right answers, of which there are 60 % on pictures such as this.
      ['asks the cloud', {}, [60, 240, true, 1]],
      ['uploads nothing when sure', { chancePct: 78 }, [72, 5, true, 0]],
      [
        'takes its own answer at the SLA when the cloud’s is late',
        { cloud: { ...found.cloud, latencyMs: 251 } },
        [72, 250, true, 1],
      ],
      [
        'keeps its own when that is likelier right than the cloud’s',
        { cloud: { ...found.cloud, accuracyPct: 69 } },
        [72, 240, true, 1],
      ],
    ] as const)('%s', (_, changes, [accuracyPct, latencyMs, ranOnDevice, cloudRuns]) => {
      expect(whenUnsure(changes)).toEqual({ accuracyPct, latencyMs, ranOnDevice, cloudRuns });
    });

    it('is no approach where the device’s reliability is not known', () => {
      expect(() => run('MDInference, the cloud when unsure')).toThrow(/not measured/);
    });

    it('uploads less, and spends less', () => {
      const approach = approaches.find(
        ({ name }) => name === 'MDInference, the cloud when unsure',
      )!;
      const of = (chancePct: number) => {
        const first = { ...found, chancePct };
        return { ...slow, first: { mdinference: first, expected: first } };
      };
      const { kilobytes, millijoules } = outcomeOfApproach(approach, [of(90), of(10)]);
      expect(kilobytes).toBe(26);
      expect(millijoules).toBe(277 / 2 + 2 * 35);
    });
  });

  it('counts a late answer as wrong', () => {
    const largest = approaches.find(({ name }) => name === 'always the largest model')!;
    const outcome = outcomeOfApproach(largest, [slow, { ...slow, ...withLargestAt(100) }]);
    expect(outcome).toMatchObject({ accuracyInTimePct: 40, latePct: 50, cloudRunsPct: 100 });
  });
});
