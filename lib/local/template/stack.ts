import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssetManifestArtifact, CloudAssembly } from 'aws-cdk-lib/cx-api';
import { z } from 'zod';
import { AssemblyError } from '../shared/errors.ts';
import { pseudoParameters } from './arns.ts';
import { createResolver } from './intrinsics.ts';
import { attributeOf, type Identity, physicalIdOf } from './physical-ids.ts';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
  Condition: z.string().optional(),
});

const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
  Mappings: z.record(z.string(), z.unknown()).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), resourceSchema).default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

/** One resource of a template, its properties unresolved. */
export type Resource = z.infer<typeof resourceSchema>;

/**
 * One stack of a synthesized assembly: its resources, the folders of its assets, and the meaning
 * of its intrinsics on this machine.
 */
export class Stack {
  readonly name: string;
  readonly resources: Readonly<Record<string, Resource>>;
  readonly #outputs: Readonly<Record<string, { Value?: unknown }>>;
  readonly #assets: ReadonlyMap<string, string>;
  readonly #attributes = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #endpoints = new Map<string, string>();
  readonly #resolve: (value: unknown) => unknown;

  constructor(name: string, template: unknown, assets: ReadonlyMap<string, string> = new Map()) {
    const parsed = templateSchema.parse(template);
    this.name = name;
    this.#assets = assets;
    this.#outputs = parsed.Outputs;
    const pseudo = pseudoParameters(name);
    this.#resolve = createResolver(parsed, {
      ref: (id) => {
        if (id in pseudo) return pseudo[id];
        const parameter = parsed.Parameters[id];
        if (parameter) return parameter.Default;
        return this.#attributes.get(id)?.Ref ?? this.physicalId(id);
      },
      getAtt: (id, attribute) =>
        this.#attributes.get(id)?.[attribute] ?? attributeOf(this.#identity(id), attribute),
    });
    this.resources = Object.fromEntries(
      Object.entries(parsed.Resources).filter(
        ([, { Condition }]) => !Condition || this.#resolve({ Condition }) === true,
      ),
    );
  }

  /** A value of the template with every intrinsic replaced. */
  resolve(value: unknown): unknown {
    const resolved = this.#resolve(value);
    return this.#endpoints.size === 0 ? resolved : this.#redirect(resolved);
  }

  /** The resolved properties of a resource; `{}` for one that the template lacks. */
  properties(logicalId: string): Record<string, unknown> {
    return this.resolve(this.resources[logicalId]?.Properties ?? {}) as Record<string, unknown>;
  }

  /** Logical ids of the resources of one of these types, in the template's order. */
  idsOfType(...types: string[]): string[] {
    return Object.keys(this.resources).filter((id) =>
      types.includes(this.resources[id]?.Type ?? ''),
    );
  }

  /** What `Ref` gives for a resource that no custom resource has named. */
  physicalId(logicalId: string): string {
    return physicalIdOf(this.#identity(logicalId));
  }

  /** Records what a resource turned out to be: its attributes, and `Ref` for its physical id. */
  setAttributes(logicalId: string, attributes: Readonly<Record<string, unknown>>): void {
    this.#attributes.set(logicalId, attributes);
  }

  /** From now on `awsUrl`, wherever it stands in a resolved string, means `localUrl`. */
  redirect(awsUrl: string, localUrl: string): void {
    this.#endpoints.set(awsUrl, localUrl);
  }

  /** The folder (or file) behind an `S3Key` of the template. */
  asset(s3Key: string): string | undefined {
    return this.#assets.get(s3Key);
  }

  /** The stack's outputs, resolved. */
  outputs(): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(this.#outputs).map(([id, { Value }]) => [id, this.resolve(Value)]),
    );
  }

  #identity(logicalId: string): Identity {
    const { Type = '', Properties = {} } = this.resources[logicalId] ?? {};
    const property = (name: string) => this.resolve(Properties[name]);
    return { stackName: this.name, logicalId, type: Type, property };
  }

  #redirect(value: unknown): unknown {
    if (typeof value === 'string') {
      let text = value;
      for (const [from, to] of this.#endpoints) text = text.replaceAll(from, to);
      return text;
    }
    if (Array.isArray(value)) return value.map((item) => this.#redirect(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, this.#redirect(item)]));
  }
}

/**
 * Reads the one stack of a synthesized assembly.
 *
 * @param assemblyDir - the CDK app's output folder, usually `cdk.out`
 * @throws {@link AssemblyError} when there is no assembly, or not exactly one stack in it
 */
export function readStack(assemblyDir: string): Stack {
  if (!existsSync(join(assemblyDir, 'manifest.json'))) {
    throw new AssemblyError(`${assemblyDir} holds no CDK assembly: synthesize it first`);
  }
  const assembly = new CloudAssembly(assemblyDir);
  const [stack, ...others] = assembly.stacksRecursively;
  if (!stack || others.length > 0) {
    const names = assembly.stacksRecursively.map(({ stackName }) => stackName).join(', ');
    throw new AssemblyError(`The local runner runs one stack, ${assemblyDir} has: ${names || '-'}`);
  }
  const assets = new Map<string, string>();
  for (const artifact of stack.dependencies.filter(AssetManifestArtifact.isAssetManifestArtifact)) {
    for (const { source, destinations } of Object.values(artifact.contents.files ?? {})) {
      if (!source.path) continue;
      const path = join(artifact.assembly.directory, source.path);
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, path);
    }
  }
  return new Stack(stack.stackName, stack.template, assets);
}
