import { expect, it } from 'vitest';
import { threadsFor } from '../../../../lib/service/inference/threads.ts';

it.each([
  [128, 1],
  [1768, 1],
  [1769, 1],
  [3537, 1],
  [3538, 2],
  [8845, 5],
  [10_239, 5],
  [10_240, 6],
])('a function of %i MB runs %i threads', (memoryMb, threads) => {
  expect(threadsFor(memoryMb)).toBe(threads);
});
