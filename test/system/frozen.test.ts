import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { mostAccurate } from '../../lib/core/selection/ranking.ts';
import { chosenFor, RunningService } from './running-service.ts';

/** Long enough for the connections of a frozen environment to be purged. */
const pauseMs = 300;

describe.skipIf(process.platform === 'win32')('with environments that Lambda freezes', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ freeze: true });
  }, 120_000);
  afterAll(() => service.stop());

  async function profiles() {
    const response = await service.fetch('/v1/models');
    return modelsResponseSchema.parse(await response.json()).models;
  }

  it('the chosen model answers, each answer is counted once, and none of its feedback is lost', async () => {
    const before = await profiles();
    const best = mostAccurate(
      before.map(({ profile, ...model }) => ({ ...model, ...profile })),
    ).name;
    const statusesOfFeedback: number[] = [];
    const calls: string[] = [];
    const labelled: string[] = [];
    for (let i = 0; i < 4; i++) {
      await delay(pauseMs);
      const answer = await service.infer({ slaMs: 20_000 });
      const { requestId, model, selection } = answer;
      expect(chosenFor(answer)).toBe(best);
      calls.push(...(selection.asked ?? [model.name]));
      labelled.push(model.name);
      await delay(pauseMs);
      const feedback = { requestId, model: model.name, correct: true };
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(feedback);
      const response = await service.fetch('/v1/feedback', { method: 'POST', headers, body });
      statusesOfFeedback.push(response.status);
    }
    expect(statusesOfFeedback).toEqual([202, 202, 202, 202]);
    const expected = before.map(({ name, profile, feedback }) => ({
      name,
      samples: profile.samples + calls.filter((model) => model === name).length,
      failures: profile.failures,
      labels: feedback.labels + labelled.filter((model) => model === name).length,
    }));
    const counted = async () =>
      (await profiles()).map(({ name, profile: { samples, failures }, feedback: { labels } }) => ({
        ...{ name, samples, failures, labels },
      }));
    await expect.poll(counted).toEqual(expected);
    expect(service.logs.filter((line) => /ECONNRESET|EPIPE/.test(line))).toEqual([]);
  });
});
