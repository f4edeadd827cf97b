import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AssemblyError } from '../shared/errors.ts';
import { functionArn } from './arns.ts';
import type { Stack } from './stack.ts';

const functionSchema = z.object({
  Handler: z.string(),
  Runtime: z.string().startsWith('nodejs', 'only Node.js runtimes run here'),
  Code: z.object({ S3Key: z.string().optional(), ZipFile: z.string().optional() }),
  Timeout: z.coerce.number().positive().default(3),
  MemorySize: z.coerce.number().positive().default(128),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  Environment: z
    .object({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .optional(),
  Layers: z.array(z.string()).default([]),
  LoggingConfig: z
    .object({ LogFormat: z.string().optional(), ApplicationLogLevel: z.string().optional() })
    .optional(),
});

/** A function of the template, ready to run from folders of this machine. */
export interface LambdaFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The access key id in this function's environment: tells whose call it is. */
  readonly accessKeyId: string;
  readonly handler: string;
  /** e.g. `nodejs24.x` */
  readonly runtime: string;
  readonly codeDir: string;
  /** Folders of the layers, in the template's order. */
  readonly layerDirs: readonly string[];
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
  /** Versions and aliases that the template declares, and `$LATEST`, each with the version that it runs. */
  readonly qualifiers: ReadonlyMap<string, string>;
  readonly logFormat: string | undefined;
  readonly logLevel: string | undefined;
  /** `Environment.Variables`; `/opt/...` already means the layer's folder. */
  variables(): Record<string, string>;
}

/**
 * The Node.js functions of a stack. `skipped` receives a sentence for each other one.
 *
 * @throws {@link AssemblyError} when a function's code or layer is not in the assembly
 */
export function readFunctions(stack: Stack, skipped: string[]): LambdaFunction[] {
  const functions: LambdaFunction[] = [];
  for (const logicalId of stack.idsOfType('AWS::Lambda::Function')) {
    const parsed = functionSchema.safeParse(stack.properties(logicalId));
    if (parsed.success) functions.push(readFunction(stack, logicalId, parsed.data));
    else skipped.push(`Function ${logicalId} does not run: ${summary(parsed.error)}`);
  }
  return functions;
}

function summary({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

function readFunction(
  stack: Stack,
  logicalId: string,
  properties: z.infer<typeof functionSchema>,
): LambdaFunction {
  const name = stack.physicalId(logicalId);
  const layerDirs = properties.Layers.map((layerArn) => layerDir(stack, layerArn));
  return {
    logicalId,
    name,
    arn: functionArn(name),
    accessKeyId: accessKeyIdOf(logicalId),
    handler: properties.Handler,
    runtime: properties.Runtime,
    codeDir: codeDir(stack, logicalId, properties.Code),
    layerDirs,
    timeoutMs: properties.Timeout * 1000,
    memoryMb: properties.MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    qualifiers: qualifiersOf(stack, functionArn(name)),
    logFormat: properties.LoggingConfig?.LogFormat,
    logLevel: properties.LoggingConfig?.ApplicationLogLevel,
    variables: () => {
      // Read anew: a variable may hold what a custom resource returned meanwhile.
      const { Environment } = functionSchema.parse(stack.properties(logicalId));
      return Object.fromEntries(
        Object.entries(Environment?.Variables ?? {}).map(([key, value]) => [
          key,
          rewriteOpt(value, layerDirs),
        ]),
      );
    },
  };
}

/** The access key id by which a function's calls are known. */
function accessKeyIdOf(logicalId: string): string {
  const digest = createHash('sha256').update(logicalId).digest('hex');
  return `LOCAL${digest.slice(0, 15).toUpperCase()}`;
}

/** Where inline code stands in files, until this process ends. */
let inlineRoot: string | undefined;

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lambda-inline-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function codeDir(
  stack: Stack,
  logicalId: string,
  { S3Key, ZipFile }: { S3Key?: string | undefined; ZipFile?: string | undefined },
): string {
  if (ZipFile !== undefined) {
    inlineRoot ??= temporaryDir();
    const dir = mkdtempSync(join(inlineRoot, `${logicalId}-`));
    writeFileSync(join(dir, 'index.js'), ZipFile);
    return dir;
  }
  return assetDir(stack, S3Key, `Function ${logicalId}`);
}

function layerDir(stack: Stack, layerArn: string): string {
  const layerId = stack
    .idsOfType('AWS::Lambda::LayerVersion')
    .find((id) => stack.physicalId(id) === layerArn);
  if (!layerId) throw new AssemblyError(`Layer ${layerArn} is not part of the assembly`);
  const content = z.object({ S3Key: z.string() }).parse(stack.properties(layerId).Content);
  return assetDir(stack, content.S3Key, `Layer ${layerId}`);
}

function assetDir(stack: Stack, s3Key: string | undefined, owner: string): string {
  const dir = s3Key && stack.asset(s3Key);
  if (!dir || !existsSync(dir)) {
    throw new AssemblyError(`${owner}: its code is not in the assembly (${s3Key ?? 'no S3Key'})`);
  }
  return dir;
}

function qualifiersOf(stack: Stack, arn: string): ReadonlyMap<string, string> {
  const qualified = stack.idsOfType('AWS::Lambda::Version', 'AWS::Lambda::Alias').flatMap((id) => {
    const reference = stack.physicalId(id);
    if (!reference.startsWith(`${arn}:`)) return [];
    const qualifier = reference.slice(arn.length + 1);
    const { FunctionVersion = qualifier } = stack.properties(id);
    return [[qualifier, String(FunctionVersion)] as const];
  });
  return new Map([['$LATEST', '$LATEST'], ...qualified]);
}

function rewriteOpt(value: string, layerDirs: readonly string[]): string {
  return value.replace(/(?<=^|[:;,=])\/opt(?=\/|$)([^:;,]*)/g, (whole, path: string) => {
    const dir = layerDirs.find((layer) => existsSync(join(layer, path))) ?? layerDirs.at(-1);
    return dir === undefined ? whole : join(dir, path);
  });
}
