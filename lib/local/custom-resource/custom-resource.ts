import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { FunctionRegistry } from '../lambda/function-registry.ts';
import { LambdaInvocation } from '../lambda/invocation.ts';
import { CustomResourceError } from '../shared/errors.ts';
import { referencesIn } from '../template/intrinsics.ts';
import type { Stack } from '../template/stack.ts';
import type { ResponseInbox } from './response-inbox.ts';

/** Variables by which CDK's provider framework knows the functions that it calls. */
const onEventVariable = 'USER_ON_EVENT_FUNCTION_ARN';
const isCompleteVariable = 'USER_IS_COMPLETE_FUNCTION_ARN';

const isCompleteIntervalMs = 1_000;
/** CDK's default of a provider's `totalTimeout`. */
const isCompleteLimitMs = 30 * 60_000;

/** How a custom resource progresses. */
export interface CustomResourceEntry {
  readonly logicalId: string;
  readonly status: 'start' | 'done' | 'failed';
  readonly reason?: string;
}

const resultSchema = z.object({
  PhysicalResourceId: z.string().optional(),
  Data: z.record(z.string(), z.unknown()).optional(),
  IsComplete: z.boolean().optional(),
});
type Result = z.infer<typeof resultSchema>;

interface Context {
  readonly stack: Stack;
  readonly registry: FunctionRegistry;
  readonly inbox: ResponseInbox;
  readonly onEntry: ((entry: CustomResourceEntry) => void) | undefined;
}

/**
 * Creates the stack's custom resources, one at a time, each after those that it depends on.
 *
 * @throws {@link CustomResourceError} at the first that fails
 */
export async function createCustomResources(context: Context): Promise<void> {
  const { stack, onEntry } = context;
  for (const logicalId of inDependencyOrder(stack).filter((id) => isCustom(stack, id))) {
    onEntry?.({ logicalId, status: 'start' });
    try {
      const { PhysicalResourceId, Data } = await createCustomResource(context, logicalId);
      stack.setAttributes(logicalId, { Ref: PhysicalResourceId ?? logicalId, ...Data });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onEntry?.({ logicalId, status: 'failed', reason });
      throw new CustomResourceError(logicalId, reason);
    }
    onEntry?.({ logicalId, status: 'done' });
  }
}

/** CDK's own custom resources that do nothing but call AWS services which are not here. */
const needsAws =
  /^Custom::(AWS|CDKBucketDeployment|LogRetention|S3AutoDeleteObjects|VpcRestrictDefaultSG)$/;

/** Types of the stack's custom resources that are not created here. */
export function skippedCustomResourceTypes(stack: Stack): string[] {
  const types = Object.values(stack.resources).map(({ Type }) => Type);
  return [...new Set(types.filter((type) => needsAws.test(type)))];
}

function isCustom(stack: Stack, logicalId: string): boolean {
  const type = stack.resources[logicalId]?.Type ?? '';
  return /^(Custom::|AWS::CloudFormation::CustomResource$)/.test(type) && !needsAws.test(type);
}

/** All logical ids, every one after those that it refers to or names in `DependsOn`. */
function inDependencyOrder(stack: Stack): string[] {
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (id: string): void => {
    const resource = stack.resources[id];
    if (!resource || ordered.has(id) || visiting.has(id)) return;
    visiting.add(id);
    for (const other of [...resource.DependsOn, ...referencesIn(resource.Properties)]) visit(other);
    ordered.add(id);
  };
  Object.keys(stack.resources).forEach(visit);
  return [...ordered];
}

async function createCustomResource(context: Context, logicalId: string): Promise<Result> {
  const { stack, registry, inbox } = context;
  const properties = stack.properties(logicalId);
  const serviceToken = String(properties.ServiceToken);
  const service = registry.find(serviceToken);
  if (!service) throw new Error(`its function ${serviceToken} does not run here`);
  const event = {
    RequestType: 'Create',
    RequestId: randomUUID(),
    StackId: stack.resolve({ Ref: 'AWS::StackId' }),
    LogicalResourceId: logicalId,
    ResourceType: stack.resources[logicalId]?.Type,
    ServiceToken: serviceToken,
    ResourceProperties: scalarsToStrings(properties),
  };
  const variables = service.pool.fn.variables();
  const onEvent = variables[onEventVariable];
  if (onEvent !== undefined)
    return runProvider(registry, onEvent, variables[isCompleteVariable], event);
  const { url, response } = inbox.open();
  await call(registry, serviceToken, { ...event, ResponseURL: url });
  return response();
}

/** What CDK's provider framework does, without its Step Functions state machine. */
async function runProvider(
  registry: FunctionRegistry,
  onEvent: string,
  isComplete: string | undefined,
  event: object,
): Promise<Result> {
  const result = await call(registry, onEvent, event);
  if (isComplete === undefined) return result;
  const deadline = performance.now() + isCompleteLimitMs;
  while (performance.now() < deadline) {
    const state = await call(registry, isComplete, { ...event, ...result });
    if (state.IsComplete) return { ...result, Data: { ...result.Data, ...state.Data } };
    await delay(isCompleteIntervalMs);
  }
  throw new Error('its isComplete function never said so');
}

async function call(registry: FunctionRegistry, reference: string, event: object): Promise<Result> {
  const found = registry.find(reference);
  if (!found) throw new Error(`its function ${reference} does not run here`);
  const invocation = new LambdaInvocation(Buffer.from(JSON.stringify(event)));
  await found.pool.invoke(invocation);
  const { payload, failed } = await invocation.answered;
  if (failed)
    throw new Error(z.object({ errorMessage: z.string() }).parse(parse(payload)).errorMessage);
  return resultSchema.parse(parse(payload) ?? {});
}

function parse(payload: Buffer): unknown {
  return JSON.parse(payload.toString());
}

/** CloudFormation hands numbers and booleans to a custom resource as strings. */
function scalarsToStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scalarsToStrings);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, scalarsToStrings(v)]));
}
