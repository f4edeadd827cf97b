import { expect, it } from 'vitest';
import type { RunState } from '../../lib/client/api/types.ts';
import { type Standing, verdictOn } from '../lib/client/race/standing.ts';
import { vectors } from './vectors.ts';

const { situations, standings } = vectors<{
  situations: Omit<Standing, 'cloud' | 'device'>[];
  standings: { cloud: RunState; device: RunState | null; verdicts: string }[];
}>('verdict');

const states: RunState[] = ['waiting', 'running', 'answered', 'failed', 'cancelled', 'skipped'];

it('every standing is there, once', () => {
  const all = states.flatMap((cloud) => [null, ...states].map((device) => ({ cloud, device })));
  expect(standings.map(({ cloud, device }) => ({ cloud, device }))).toEqual(all);
  const when = [
    { isDue: false, isOver: false },
    { isDue: true, isOver: false },
    { isDue: true, isOver: true },
  ];
  expect(situations).toEqual(
    when.flatMap((at) => [false, true].map((deviceIsBetter) => ({ ...at, deviceIsBetter }))),
  );
});

it.each(standings)('cloud $cloud, device $device', ({ cloud, device, verdicts }) => {
  const given = situations.map((when) =>
    verdictOn({ ...when, cloud, device: device ?? undefined }),
  );
  expect(given.join(' ')).toBe(verdicts);
});
