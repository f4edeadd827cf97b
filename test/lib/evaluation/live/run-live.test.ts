import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { LiveError, type LivePlan, type UploadKind } from '../../../../lib/evaluation/live/plan.ts';
import { runLive } from '../../../../lib/evaluation/live/run-live.ts';
import { FakeModel, FakeService } from '../../client/fake-service.ts';
import { madeUpLink } from '../engine/made-up-links.ts';

const view = { width: 32, height: 32 };
let photo: Uint8Array;
beforeAll(async () => {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const image = sharp({
    create: { width: 96, height: 64, channels: 3, background: '#888', noise },
  });
  photo = await image.jpeg({ quality: 90 }).toBuffer();
});

function planOf(upload: UploadKind): LivePlan {
  return {
    ...{ link: madeUpLink(1), conditions: { baseDelayMs: 1, answerBytes: 1_500 }, upload },
    ...{ policy: 'always', cloud: 'always', seed: 1, slaMs: 20_000, dueMs: [0, 1] },
    images: [{ bytes: photo, contentType: 'image/jpeg', label: 'ring' }],
  };
}

function run(service: FakeService, upload: UploadKind = 'original') {
  const onDevice = new FakeModel(0);
  return runLive(planOf(upload), { endpoint: 'https://x.test', onDevice, fetch: service.fetch });
}

describe('a live run', () => {
  it('sends the images as they are', async () => {
    const requests = await run(new FakeService());
    expect(requests).toHaveLength(2);
    for (const request of requests) {
      expect(request).toMatchObject({ right: 1, source: 'cloud', bytes: photo.length });
      expect(request.rung).toBeUndefined();
    }
  });

  it('tells of each request what the client has sent instead', async () => {
    const service = new FakeService();
    service.models = { body: { models: [], view } };
    const requests = await run(service, 'view');
    const sent = service.inferences.slice(-2).map(({ body }) => (body as Uint8Array).length);
    for (const request of requests) {
      expect(request.rung).toBe('view-jpeg-95');
      expect(sent).toContain(request.bytes);
      expect(request.bytes).toBeLessThan(photo.length);
    }
  });

  it('goes on where the first answer is late, as over a slow link', async () => {
    const service = new FakeService();
    service.infer = { status: 504, body: { title: 'No answer by the deadline', detail: 'late' } };
    const requests = await run(service);
    expect(requests.map(({ source }) => source)).toEqual(['device', 'device']);
  });

  it.each([403, 415])('ends where the service refuses the first image: %i', async (status) => {
    const service = new FakeService();
    service.infer = { status, body: {} };
    await expect(run(service)).rejects.toThrow(LiveError);
  });
});
