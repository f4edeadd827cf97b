import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferResponseSchema } from '../../lib/core/contract/schemas.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { type RunningAssembly, startAssembly } from '../../lib/local/assembly.ts';
import { type DynamoDbEndpoint, startDynamoDb } from '../../lib/local/dynamodb/dynamodb.ts';
import { CallRecorder } from '../../lib/local/shared/calls.ts';
import { createProfileClient } from '../../lib/service/profiles/client.ts';
import { partitionKey } from '../../lib/service/profiles/keys.ts';
import { ProfileStore } from '../../lib/service/profiles/store.ts';
import { synthesizedWithAssets } from '../lib/infra/synthesized.ts';
import { catalogue, sample } from './running-service.ts';

const shapes = resolveCatalogue('shapes');
const [nano, mobile] = catalogue.models;
if (!nano || !mobile) throw new Error('the catalogue has too few models');

const folders: string[] = [];
const running: RunningAssembly[] = [];
let dynamodb: DynamoDbEndpoint;
beforeAll(async () => {
  dynamodb = await startDynamoDb({ recorder: new CallRecorder(new Map()) });
});
afterAll(async () => {
  for (const assembly of running) await assembly.close();
  await dynamodb.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const sha256Of = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const modelFile = ({ file }: { file: string }) => readFileSync(join(shapes, file));

/** Deploys a catalogue of one model, with this file, beside what is running on the same table. */
async function deploy(
  version: string,
  content: Buffer,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningAssembly> {
  const folder = mkdtempSync(join(tmpdir(), 'mdinference-replaced-'));
  folders.push(folder);
  writeFileSync(join(folder, 'model.onnx'), content);
  writeFileSync(join(folder, 'sample.png'), sample.bytes);
  const model = { ...nano, version, file: 'model.onnx', bytes: content.length };
  const samples = [{ file: 'sample.png', label: sample.label }];
  const models = [{ ...model, sha256: sha256Of(content) }];
  writeFileSync(
    join(folder, 'catalogue.json'),
    JSON.stringify({ ...catalogue, onDevice: undefined, models, samples }),
  );
  const { outdir } = synthesizedWithAssets({ catalogue: folder, auth: 'none' });
  const assembly = await startAssembly({
    assemblyDir: outdir,
    port: 0,
    dynamodbUrl: dynamodb.url,
    environment: { MDI_DEPLOYMENT: 'test', MDI_PROFILE_MODEL_MS: '1000', ...environment },
  });
  running.push(assembly);
  return assembly;
}

async function answeringVersion({ url }: RunningAssembly): Promise<string> {
  const response = await fetch(`${url}/v1/infer`, {
    method: 'POST',
    body: new Uint8Array(sample.bytes),
    headers: { 'content-type': 'image/jpeg' },
  });
  return inferResponseSchema.parse(await response.json()).model.version;
}

const profileOf = async (content: Buffer) => {
  const client = createProfileClient({
    endpoint: dynamodb.url,
    region: 'local',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const { TableNames: [tableName = ''] = [] } = await client.repeatable.send(
    new ListTablesCommand(),
  );
  const key = { deployment: 'test', catalogue: catalogue.name, model: nano.name };
  return new ProfileStore({ client, tableName }).read(
    partitionKey({ ...key, sha256: sha256Of(content) }),
    { consistentRead: true },
  );
};

describe('replacing a model’s file', () => {
  it('leaves the old version serving until the new one has a profile of its own, and after it fails', async () => {
    const old = await deploy('1', modelFile(nano));
    expect(await answeringVersion(old)).toBe('1');
    const { baseline: oldBaseline } = await profileOf(modelFile(nano));
    expect(oldBaseline?.n).toBeGreaterThan(0n);

    const answered: string[] = [];
    const deploying = deploy('2', modelFile(mobile));
    const isReady = deploying.then(() => true);
    while ((await Promise.race([isReady, answeringVersion(old)])) !== true) {
      answered.push(await answeringVersion(old));
    }
    expect(answered.length).toBeGreaterThan(0);
    expect(new Set(answered)).toEqual(new Set(['1']));

    expect(await answeringVersion(await deploying)).toBe('2');
    expect((await profileOf(modelFile(mobile))).baseline?.n).toBeGreaterThan(0n);
    expect((await profileOf(modelFile(nano))).baseline).toEqual(oldBaseline);

    await expect(deploy('3', Buffer.from('\x3a\0\x32\x08no model'))).rejects.toThrow(
      /model "nano-24" cannot be profiled/,
    );
    expect(await answeringVersion(await deploying)).toBe('2');
  }, 120_000);

  it('is not even tried when the new selector does not start: that is said, and nothing has changed', async () => {
    const before = await profileOf(modelFile(mobile));
    await expect(deploy('4', modelFile(mobile), { MDI_FEEDBACK_WEIGHT: '0' })).rejects.toThrow(
      /SelectorCheck.*the new selector does not start: .*MDI_FEEDBACK_WEIGHT/,
    );
    expect((await profileOf(modelFile(mobile))).baseline).toEqual(before.baseline);
  }, 60_000);

  it('tells the outcome in the stack’s outputs', () => {
    const outputs = running.map(({ outputs }) => Object.values(outputs).map(String));
    for (const values of outputs) {
      expect(values).toContainEqual(
        expect.stringMatching(
          /^1769 MB: mean \d+\.\d\d, deviation \d+\.\d\d, p95 \d+\.\d\d ms \(\d+ runs(, mean to \d+\.\d %)?\)$/,
        ),
      );
    }
  });
});
