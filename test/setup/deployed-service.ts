import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../bin/shared/synthesize.ts';

/** Variables with which models are measured quickly, and a measured profile is found again. */
export const profiling = {
  MDI_PROFILE_CONCURRENCY: '1',
  MDI_PROFILE_MODEL_MS: '300',
};

declare module 'vitest' {
  interface ProvidedContext {
    /** The synthesized service, as it is by default. */
    readonly assemblyDir: string;
    /** A data folder in which its models have their profiles. */
    readonly profiledDir: string;
  }
}

// By Node itself: vitest's main process has no import.meta.resolve for the modules that it loads.
const { startAssembly }: typeof import('../../lib/local/assembly.ts') = createRequire(
  import.meta.url,
)('../../lib/local/assembly.ts');

/** Synthesizes the service and measures its models, once for all files. */
export async function setup(project: TestProject): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
  const dataDir = join(folder, 'data');
  const assemblyDir = await synthesize({ output: join(folder, 'cdk.out'), context: {} });
  const options = { assemblyDir, dataDir, port: 0, environment: profiling };
  await (await startAssembly(options)).close();
  project.provide('assemblyDir', assemblyDir);
  project.provide('profiledDir', dataDir);
}
