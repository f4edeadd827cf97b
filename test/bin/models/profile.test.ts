import { expect, it } from 'vitest';
import { besidePaper, type ProfileRow, profileTable } from '../../../bin/models/profile.ts';

const row = (model: string, meanMs: number): ProfileRow => ({
  ...{ model, meanMs, stdMs: 1, p50Ms: meanMs, p95Ms: meanMs, p99Ms: meanMs },
  ...{ threads: 1, loadMs: 1, memoryMb: 200, runs: 10, accuracyPct: 50 },
});

it('the paper’s times stand beside those of the same networks, and nothing beside others', () => {
  const rows = [row('inception-v3', 62.22), row('own', 5)];
  const [, , , inception, own] = profileTable(rows, besidePaper(rows)).split('\n');
  expect(inception).toMatch(/31\.11 │\s+2\.00 │\s+262\.0 │\s+0\.24 │$/);
  expect(own).toMatch(/│\s+│\s+│\s+│\s+│$/);
});
