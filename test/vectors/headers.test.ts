import { expect, it } from 'vitest';
import type { ClockEstimate } from '../../lib/client/api/types.ts';
import { parseInferHeaders } from '../../lib/core/contract/headers.ts';
import { ScriptedCloud } from './scripted-cloud.ts';
import { vectors } from './vectors.ts';

const { cases } = vectors<{
  cases: {
    name: string;
    clock: ClockEstimate | null;
    maxErrorMs: number;
    uploadStartMs: number;
    slaEndsMs: number;
    answers: {
      offsetMs: number;
      totalMs: number;
      inputMs: number;
      serverMs: number;
      source: 'client' | 'default';
    }[];
    deviceAccuracyPct: number | null;
    headers: Record<string, string>;
  }[];
}>('headers');

it.each(cases)('$name', async ({ clock, answers, headers, ...upload }) => {
  const cloud = new ScriptedCloud(upload);
  for (const { offsetMs, totalMs, ...timing } of answers) {
    await cloud.learnClock(1_000, { offsetMs, errorMs: 1 });
    await cloud.infer(1_000, { totalMs, timing });
  }
  const { uploadStartMs, slaEndsMs: endMs, deviceAccuracyPct } = upload;
  if (clock) await cloud.learnClock(uploadStartMs, clock);
  await cloud.infer(
    uploadStartMs,
    {},
    { endMs, deviceAccuracyPct: deviceAccuracyPct ?? undefined },
  );
  const { 'content-type': contentType, ...sent } = cloud.sent.at(-1) ?? {};
  expect(contentType).toBe('image/jpeg');
  expect(sent).toEqual(headers);
  // What the service reads of them.
  expect(() => parseInferHeaders(headers)).not.toThrow();
});
