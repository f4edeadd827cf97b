import { afterEach, beforeEach, describe, it } from 'vitest';
import { modelsResponseSchema } from '../../../lib/core/contract/schemas.ts';
import { RunningService } from '../running-service.ts';

const bomb = Buffer.from(
  '524946461e000000574542505650384c110000002f9d5be7060750d52216a2ff8188e87f0000',
  'hex',
);

let service: RunningService;
beforeEach(async () => {
  service = await RunningService.start({
    environment: { MDI_CALLER_SHARE: '0.2', MDI_PROFILE_MODEL_MS: '2000' },
  });
}, 120_000);
afterEach(() => service.stop());

async function models() {
  const response = await service.fetch('/v1/models');
  return modelsResponseSchema.parse(await response.json()).models;
}
async function show(what: string) {
  console.log(
    what,
    (await models()).map(
      ({ name, accuracyPct, profile: p }) =>
        `${name} ${accuracyPct} ${p.meanMs.toFixed(1)}±${p.stdMs.toFixed(1)} p99 ${p.p99Ms.toFixed(1)} n ${p.samples} ${p.basis} f${p.failures}`,
    ),
  );
}
async function honest(slaMs: number, n: number) {
  let expected = 0;
  let late = 0;
  const accuracy = new Map((await models()).map((m) => [m.name, m.accuracyPct]));
  for (let i = 0; i < n; i++) {
    const startMs = performance.now();
    const answer = await service.infer({ slaMs });
    if (performance.now() - startMs > slaMs) late++;
    expected +=
      answer.selection.eligible.reduce(
        (s, e) => s + e.probability * (accuracy.get(e.model) ?? 0),
        0,
      ) / n;
  }
  return { slaMs, expected, late, n };
}

describe('poison', () => {
  it('38 bytes', async () => {
    await show('fresh');
    console.log(await honest(400, 25));
    const st: number[] = [];
    for (let i = 0; i < 56; i++) {
      const r = await service.post(new Uint8Array(bomb), {
        'content-type': 'image/webp',
        'mdi-sla-ms': '400',
      });
      st.push(r.status);
      await r.text();
    }
    console.log(st.join());
    await new Promise((r) => setTimeout(r, 3000));
    await show('after');
    console.log(await honest(400, 25));
    await show('after honest');
  });
});
