import { setTimeout as delay } from 'node:timers/promises';
import { ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createProfileClient, type ProfileClient } from '../../../lib/service/profiles/client.ts';
import { fromItem } from '../../../lib/service/profiles/item.ts';
import { RunningService } from '../running-service.ts';
import { FaultyModels } from './faulty-models.ts';
import { ModelFaults } from './model-faults.ts';
import { Traffic } from './traffic.ts';

let models: FaultyModels;
let service: RunningService;
let faults: ModelFaults;
let client: ProfileClient;

beforeAll(async () => {
  models = new FaultyModels(inject('assemblyDir'));
  service = await RunningService.start({ assemblyDir: models.assemblyDir });
  faults = new ModelFaults(service, models);
  client = createProfileClient({
    endpoint: service.assembly.dynamodbUrl,
    region: 'local',
    credentials: service.assembly.credentials,
  });
}, 120_000);
afterAll(async () => {
  client.repeatable.destroy();
  await service.stop();
});

/** Live calls of each model that the table has counted, as samples or failures. */
async function counted(): Promise<Record<string, number>> {
  const counts = Object.fromEntries(models.names.map((name) => [name, 0]));
  const { TableNames: [tableName = ''] = [] } = await client.repeatable.send(
    new ListTablesCommand(),
  );
  for await (const { Items = [] } of paginateScan(
    { client: client.repeatable },
    { TableName: tableName },
  )) {
    for (const item of Items) {
      const name = /\/([^/]+)@/.exec(item.pk?.S ?? '')?.[1] ?? '';
      if (!item.sk?.S?.startsWith('live')) continue;
      const { n, coldN, failN } = fromItem(item).statistics;
      counts[name] = (counts[name] ?? 0) + Number(n + coldN + failN);
    }
  }
  return counts;
}

/** Calls that each model's function has run: all that it began, but those that came after their deadline. */
function run(): Record<string, number> {
  const linesWith = (text: string) => service.logs.filter((line) => line.includes(text)).length;
  return Object.fromEntries(
    models.names.map((name) => [
      name,
      linesWith(`${name} runs`) - linesWith(`"message":"${name}: the deadline had passed`),
    ]),
  );
}

/** Resolves when as many calls are counted as were run, of each model. */
async function eachCounted(): Promise<void> {
  await expect
    .poll(async () => ({ counted: await counted(), run: run() }), {
      timeout: 30_000,
      interval: 500,
    })
    .toSatisfy((seen) => JSON.stringify(seen.counted) === JSON.stringify(seen.run));
}

async function killInTheMiddle(): Promise<void> {
  // Which one is chosen depends on what their breakers and profiles say by now.
  for (const model of models.names) await faults.set(model, { kind: 'hang' });
  const begun = faults.nextRun(...models.names);
  const answer = service.infer({ slaMs: 20_000 });
  const model = await begun;
  await faults.kill(model);
  for (const name of models.names) await faults.set(name, undefined);
  expect((await answer).selection.failed).toContain(model);
}

it('each call is counted exactly once: answered, hedged, abandoned, NaN, garbage, killed', async () => {
  const best = models.names.at(-1) ?? '';
  const traffic = new Traffic(service);
  for (const kind of ['nan', 'garbage'] as const) {
    await delay(500);
    await faults.set(best, { kind });
    await delay(700);
    await faults.set(best, undefined);
  }
  await expect.poll(() => run()[best]).toBeGreaterThan(5);
  await traffic.stop();
  // An event that waits for the process that is killed fails without having been run.
  await faults.allIdle();
  await killInTheMiddle();
  await eachCounted();
});
