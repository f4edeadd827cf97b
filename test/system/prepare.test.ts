import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrepareResponse } from '../../lib/core/contract/messages.ts';
import { prepareResponseSchema } from '../../lib/core/contract/schemas.ts';
import { allowedBy } from '../../lib/local/template/iam.ts';
import { readStack } from '../../lib/local/template/stack.ts';
import { chosenFor, RunningService } from './running-service.ts';

describe('a picture that is coming', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start();
  }, 120_000);
  afterAll(() => service.stop());

  const functionsOf = (pattern: RegExp) =>
    service.assembly.functions.filter(({ logicalId }) => pattern.test(logicalId));
  const functionOf = (model: string) =>
    functionsOf(new RegExp(`Model${model.replaceAll('-', '')}Function`))[0];

  /** As after a pause in which Lambda has let all environments go. */
  async function letGo() {
    for (const { pids } of functionsOf(/Model|Selector/)) {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    }
    await expect
      .poll(() => functionsOf(/Model|Selector/).flatMap(({ pids }) => pids), { timeout: 10_000 })
      .toEqual([]);
  }

  async function prepare(slaMs: number): Promise<PrepareResponse> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ slaMs });
    const response = await service.fetch('/v1/prepare', { method: 'POST', headers, body });
    expect(response.status).toBe(202);
    return prepareResponseSchema.parse(await response.json());
  }

  it('finds its model started', async () => {
    await letGo();
    const slaMs = 20_000;
    const { warming } = await prepare(slaMs);
    for (const model of warming) {
      await expect.poll(() => functionOf(model)?.free, { timeout: 20_000 }).toBe(1);
    }
    const answer = await service.infer({ slaMs });
    expect(warming).toContain(chosenFor(answer));
    expect(answer.timing.coldStart).toBe(false);
    // What would be chosen may have changed with the profiles; nothing is started twice.
    const again = await prepare(slaMs);
    expect(again.warming.filter((model) => warming.includes(model))).toEqual([]);
    expect(again.warm.length).toBeGreaterThan(0);
    expect(warming).toEqual(expect.arrayContaining([...again.warm]));
  });

  it('starts models by what the selector’s role allows', () => {
    const stack = readStack(service.assemblyDir);
    const starts = service.assembly.calls.filter(
      ({ action, functionLogicalId = '' }) =>
        action === 'lambda:InvokeFunction' && functionLogicalId.includes('Selector'),
    );
    expect(starts.length).toBeGreaterThan(0);
    for (const { functionLogicalId = '', action, resourceArn, context } of starts) {
      expect(allowedBy(stack, functionLogicalId, action, resourceArn, context)).toBe(true);
    }
  });
});
