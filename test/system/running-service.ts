import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { synthesize } from '../../bin/shared/synthesize.ts';
import type { InferResponse } from '../../lib/core/contract/messages.ts';
import { gatewayProblems } from '../../lib/core/contract/problem.ts';
import { openInferencePath } from '../../lib/core/contract/routes.ts';
import { inferResponseSchema, modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { type RunningAssembly, startAssembly } from '../../lib/local/assembly.ts';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { profiling } from '../setup/deployed-service.ts';

const directory = resolveCatalogue('shapes');

/** The catalogue that the tests run. */
export const catalogue = readCatalogue(directory);

/** One of the catalogue's sample images. */
export const sample = {
  bytes: readFileSync(join(directory, catalogue.samples[0]?.file ?? '')),
  label: catalogue.samples[0]?.label,
};

/** The model that was chosen for a request: another one may have answered, when a busy machine made it late. */
export function chosenFor({ model, selection }: InferResponse): string {
  return selection.asked?.[0] ?? model.name;
}

/** The real service: with its processes, and a table of its own in which its models have profiles. */
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

  /**
   * @param options - context to synthesize it with, or another assembly; variables on top of the template's;
   * another table; whether to freeze environments between events
   * @default the service as all tests share it: synthesized and its models measured before the first
   */
  static async start(
    options: {
      readonly context?: Record<string, string>;
      readonly environment?: Record<string, string>;
      readonly assemblyDir?: string;
      readonly dynamodbUrl?: string;
      readonly freeze?: boolean;
    } = {},
  ): Promise<RunningService> {
    const { context, dynamodbUrl, freeze } = options;
    const dataDir = temporaryFolder();
    if (!context) cpSync(inject('profiledDir'), dataDir, { recursive: true });
    const assemblyDir = context
      ? await synthesize({ output: temporaryFolder(), context })
      : (options.assemblyDir ?? inject('assemblyDir'));
    const logs: string[] = [];
    const assembly = await startAssembly({
      assemblyDir,
      port: 0,
      freeze,
      problemKinds: gatewayProblems,
      plainErrors: openInferencePath,
      ...(dynamodbUrl === undefined ? { dataDir } : { dynamodbUrl }),
      onLog: ({ line }) => logs.push(line),
      // Every call of the tests is counted, although all of them come from one caller.
      environment: { ...profiling, MDI_CALLER_SHARE: '1', ...options.environment },
    });
    return new RunningService(assembly, assemblyDir, logs);
  }

  async stop(): Promise<void> {
    await this.assembly.close();
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.assembly.url}${path}`, init);
  }

  /** The processes of all functions. */
  get pids(): number[] {
    return this.assembly.functions.flatMap((fn) => [...fn.pids]);
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
