import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsResponseSchema, problemSchema } from '../../lib/core/contract/schemas.ts';
import { RunningService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start();
}, 120_000);
afterAll(() => service.stop());

function give(feedback: unknown): Promise<Response> {
  const body = typeof feedback === 'string' ? feedback : JSON.stringify(feedback);
  const headers = { 'content-type': 'application/json' };
  return service.fetch('/v1/feedback', { method: 'POST', body, headers });
}

async function modelsByName() {
  const { models } = modelsResponseSchema.parse(await (await service.fetch('/v1/models')).json());
  return new Map(models.map((model) => [model.name, model]));
}

describe('POST /v1/feedback', () => {
  it('counts an answer once, for the model that gave it', async () => {
    const { requestId, model } = await service.infer({ slaMs: 1 });
    const before = (await modelsByName()).get(model.name);
    const first = await give({ requestId, model: model.name, correct: false });
    expect(first.status).toBe(202);
    expect(await first.json()).toEqual({ counted: true });
    const again = await give({ requestId, model: model.name, correct: true });
    expect(again.status).toBe(202);
    expect(await again.json()).toEqual({ counted: false });

    const after = (await modelsByName()).get(model.name);
    expect(after?.feedback).toEqual({ labels: 1, correct: 0 });
    // One label proves nothing.
    expect(after?.accuracyPct).toBe(before?.catalogueAccuracyPct);
    expect(after?.catalogueAccuracyPct).toBe(before?.catalogueAccuracyPct);
  });

  it('counts once when it comes many times at the same moment', async () => {
    const { requestId, model } = await service.infer({ slaMs: 1 });
    const before = (await modelsByName()).get(model.name)?.feedback.labels ?? 0;
    const feedback = { requestId, model: model.name, correct: true };
    const answers = await Promise.all(Array.from({ length: 10 }, () => give(feedback)));
    const counted = await Promise.all(answers.map((answer) => answer.json()));
    expect(counted.filter((answer) => (answer as { counted: boolean }).counted)).toHaveLength(1);
    expect((await modelsByName()).get(model.name)?.feedback.labels).toBe(before + 1);
  });

  it('refuses what is not known or not well formed, and writes nothing', async () => {
    const { requestId, model } = await service.infer({ slaMs: 1 });
    const good = { requestId, model: model.name, correct: true };
    const other = [...(await modelsByName()).keys()].find((name) => name !== model.name);
    const before = [...(await modelsByName()).values()].map(({ feedback }) => feedback);
    for (const [feedback, status, type] of [
      [{ ...good, model: 'no-such-model' }, 404, 'unknown-model'],
      [{ ...good, model: other }, 404, 'unknown-request'],
      [{ ...good, requestId: 'made-up' }, 404, 'unknown-request'],
      [{ ...good, requestId: `${requestId}x` }, 404, 'unknown-request'],
      [{ ...good, correct: 'yes' }, 400, 'bad-request'],
      [{ requestId }, 400, 'bad-request'],
      ['{', 400, 'bad-request'],
      ['', 400, 'bad-request'],
      ['null', 400, 'bad-request'],
    ] as const) {
      const response = await give(feedback);
      expect(response.status).toBe(status);
      expect(problemSchema.parse(await response.json()).type).toContain(type);
    }
    const after = [...(await modelsByName()).values()].map(({ feedback }) => feedback);
    expect(after).toEqual(before);
  });
});

describe('feedback that is bought', () => {
  it('does not change what is selected, however much of it comes from one caller', async () => {
    const best = [...(await modelsByName()).values()].sort(
      (a, b) => b.catalogueAccuracyPct - a.catalogueAccuracyPct,
    )[0];
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => service.infer({ slaMs: 20_000 })),
    );
    const bought = answers.filter(({ model }) => model.name === best?.name);
    expect(bought.length).toBeGreaterThan(8);
    for (const { requestId, model } of bought) {
      expect((await give({ requestId, model: model.name, correct: false })).status).toBe(202);
    }
    const after = (await modelsByName()).get(best?.name ?? '');
    expect(after?.feedback.labels).toBe(bought.length);
    expect(after?.accuracyPct).toBe(best?.catalogueAccuracyPct);
  });

  it('is not taken at all where it is off', async () => {
    const environment = { MDI_FEEDBACK: 'off' };
    const without = await RunningService.start({ environment });
    try {
      const { requestId, model } = await without.infer({ slaMs: 1 });
      const body = JSON.stringify({ requestId, model: model.name, correct: false });
      const headers = { 'content-type': 'application/json' };
      const response = await without.fetch('/v1/feedback', { method: 'POST', body, headers });
      expect(response.status).toBe(404);
      expect(problemSchema.parse(await response.json()).type).toBe('/problems/feedback-off');
    } finally {
      await without.stop();
    }
  }, 120_000);
});
