import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { RunningService, sample } from './running-service.ts';
import { WrappedAssembly } from './wrapped-assembly.ts';

let service: RunningService;
beforeAll(async () => {
  const { assemblyDir } = new WrappedAssembly(inject('assemblyDir'));
  const [file = ''] = readdirSync(assemblyDir).filter((name) => name.endsWith('.template.json'));
  const path = join(assemblyDir, file);
  const template = readFileSync(path, 'utf8');
  writeFileSync(path, template.replace(/"StageName":\s*"\$default"/, '"StageName": "prod"'));
  service = await RunningService.start({ assemblyDir });
});
afterAll(() => service.stop());

it('an API with a named stage alone is served below its name', async () => {
  const { url } = service.assembly;
  expect(new URL(url).pathname).toBe('/prod');
  expect((await service.infer({ slaMs: 20_000 })).model.name).toEqual(expect.any(String));
  expect((await service.fetch('/v1/health', { method: 'HEAD' })).status).toBe(200);
  expect((await service.fetch('/v1/infer', { method: 'PUT' })).headers.get('allow')).toBe('POST');
  expect((await service.fetch('/v1/nothing')).status).toBe(404);
  const description = await service.fetch('/openapi.json');
  expect(await description.json()).toMatchObject({ servers: [{ url }] });
});

it('and nowhere else', async () => {
  const { origin } = new URL(service.assembly.url);
  for (const path of ['/v1/health', '/prodigal/v1/health', '/dev/v1/health']) {
    expect((await fetch(origin + path)).status).toBe(404);
  }
  const body = new Uint8Array(sample.bytes);
  expect((await fetch(`${origin}/v1/infer`, { method: 'POST', body })).status).toBe(404);
});
