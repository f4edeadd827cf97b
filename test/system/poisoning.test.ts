import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningService, sample } from './running-service.ts';

/** 38 bytes of WebP with 50 million pixels. */
const bomb = Buffer.from(
  '524946461e000000574542505650384c110000002f9d5be7060750d52216a2ff8188e87f0000',
  'hex',
);

let service: RunningService;
beforeAll(async () => {
  service = await RunningService.start({ environment: { MDI_CALLER_SHARE: '0.2' } });
}, 120_000);
afterAll(() => service.stop());

describe('a single caller', () => {
  it('is answered as often as it asks, and counts a few times at once', async () => {
    const before = await service.samples();
    const startMs = Date.now();
    for (const body of [...Array(12).fill(bomb), ...Array(12).fill(sample.bytes)]) {
      const type = body === bomb ? 'image/webp' : 'image/jpeg';
      const headers = { 'content-type': type, 'mdi-sla-ms': '20000' };
      expect((await service.post(new Uint8Array(body), headers)).status).toBe(200);
    }
    const after = await service.samples();
    // Three at once, and one in twenty seconds: most of its calls do not count.
    const most = 3 + Math.ceil((Date.now() - startMs) / 20_000);
    for (const [model, samples] of after) {
      expect(samples - (before.get(model) ?? 0)).toBeLessThanOrEqual(most);
    }
  });
});
