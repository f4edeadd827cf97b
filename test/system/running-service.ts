import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../bin/shared/synthesize.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { inferResponseSchema, modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { type RunningAssembly, startAssembly } from '../../lib/local/assembly.ts';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';

const directory = resolveCatalogue('shapes');

/** The catalogue that the tests run. */
export const catalogue = readCatalogue(directory);

/** One of the catalogue's sample images. */
export const sample = {
  bytes: readFileSync(join(directory, catalogue.samples[0]?.file ?? '')),
  label: catalogue.samples[0]?.label,
};

/** The real service: synthesized, with its processes, its table and quickly made profiles. */
export class RunningService {
  readonly assembly: RunningAssembly;
  /** The synthesized assembly's folder. */
  readonly assemblyDir: string;

  /** What the functions have logged. */
  readonly logs: readonly string[];

  private constructor(assembly: RunningAssembly, assemblyDir: string, logs: readonly string[]) {
    this.assembly = assembly;
    this.assemblyDir = assemblyDir;
    this.logs = logs;
  }

  static async start(
    options: { dynamodbUrl?: string; context?: Record<string, string> } = {},
  ): Promise<RunningService> {
    const output = mkdtempSync(join(tmpdir(), 'mdinference-system-'));
    const assemblyDir = await synthesize({ output, context: options.context ?? {} });
    const logs: string[] = [];
    const assembly = await startAssembly({
      assemblyDir,
      port: 0,
      dynamodbUrl: options.dynamodbUrl,
      onLog: ({ line }) => logs.push(line),
      environment: {
        MDI_PROFILE_CONCURRENCY: '1',
        MDI_PROFILE_MODEL_MS: '300',
      },
    });
    return new RunningService(assembly, assemblyDir, logs);
  }

  async stop(): Promise<void> {
    await this.assembly.close();
    rmSync(this.assemblyDir, { recursive: true });
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.assembly.url}${path}`, init);
  }

  post(body: RequestInit['body'], headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch('/v1/infer', {
      method: 'POST',
      body,
      headers: { 'content-type': 'image/jpeg', ...headers },
    });
  }

  /** A good request that began to upload some ms ago. */
  async infer(
    { slaMs, inputMs = 0 }: { slaMs: number; inputMs?: number },
    headers: Record<string, string> = {},
  ): Promise<InferResponse> {
    const response = await this.post(new Uint8Array(sample.bytes), {
      'mdi-sla-ms': slaMs.toFixed(3),
      'mdi-upload-start': (Date.now() - inputMs).toFixed(3),
      ...headers,
    });
    return inferResponseSchema.parse(await response.json());
  }

  /** The samples counted of each model. */
  async samples(): Promise<Map<string, number>> {
    const response = await this.fetch('/v1/models');
    const { models } = modelsResponseSchema.parse(await response.json());
    return new Map(models.map(({ name, profile }) => [name, profile.samples]));
  }
}
