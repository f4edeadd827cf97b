import { describe, expect, it } from 'vitest';
import { ApiError } from '../../lib/client/api/errors.ts';
import { ScriptedCloud } from './scripted-cloud.ts';
import { vectors } from './vectors.ts';

const { retryAfter, sequences } = vectors<{
  retryAfter: { name: string; retryAfter: string | null; epochMs: number; ms: number | null }[];
  sequences: {
    name: string;
    requests: {
      atMs: number;
      /** Null where the request must not be sent. */
      answer: { status: number; retryAfter: string | null } | null;
      pauseMs: number | null;
    }[];
  }[];
}>('pauses');

describe('Retry-After', () => {
  it.each(retryAfter)('$retryAfter: $name', async ({ retryAfter: header, epochMs, ms }) => {
    const cloud = new ScriptedCloud();
    const startMs = 1_000;
    await cloud.learnClock(startMs, { offsetMs: epochMs - startMs, errorMs: 1 });
    const error = await cloud.infer(startMs, { status: 503, retryAfter: header });
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).retryAfterMs).toBe(ms ?? undefined);
  });
});

describe('the pauses', () => {
  it.each(sequences)('$name', async ({ requests }) => {
    const cloud = new ScriptedCloud();
    for (const { atMs, answer, pauseMs } of requests) {
      const before = cloud.sent.length;
      cloud.events.length = 0;
      await cloud.infer(atMs, answer ?? { status: 200 });
      expect(cloud.sent.length - before).toBe(answer ? 1 : 0);
      const pauses = cloud.events.flatMap((event) =>
        event.type === 'throttled' ? [event.retryMs] : [],
      );
      // A pause of no time is none.
      expect(pauses.filter((ms) => ms > 0)).toEqual(pauseMs ? [pauseMs] : []);
    }
  });
});
