import * as cdk from 'aws-cdk-lib';
import { type CfnElement, Stack } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * What cdk-nag's AwsSolutions rules find, and why it stays: all the reasons are here. Routes that
 * `auth: 'none'` opens are not among them: whoever opens them takes responsibility.
 *
 * @see https://github.com/cdklabs/cdk-nag/blob/main/RULES.md#awssolutions
 */

/** A construct with one Lambda function. */
interface HasFunction {
  readonly function: IConstruct;
}

/** The profiler invokes every version of a model's function. */
export function acknowledgeVersions(scope: IConstruct, models: readonly HasFunction[]): void {
  for (const model of models) {
    acknowledge(
      scope,
      anyVersionOf(model),
      'The wildcard stands for the versions of this one function. The number of the version to measure is known only when it has been made, and a policy that names it would not have reached all of AWS when the version is invoked seconds later.',
    );
  }
}

/** CDK's provider framework invokes the profiler. */
export function acknowledgeProvider(scope: IConstruct, profiler: HasFunction): void {
  acknowledge(
    scope,
    anyVersionOf(profiler),
    'CDK’s provider framework grants itself the versions of the one function that it calls, the profiler.',
  );
}

/** The selector invokes whatever model's function its deployment has. */
export function acknowledgeModelFunctions(scope: IConstruct, arn: string): void {
  acknowledge(
    scope,
    `AwsSolutions-IAM5[Resource::${flat(scope, arn)}]`,
    'The wildcard stands for the models of this deployment, whose functions alone have names that begin so. While a model is removed, the version of the selector that is still serving invokes it; a policy that named the functions would cut it off.',
  );
}

/** Functions read, and the profiler copies and deletes, the models of this deployment. */
export function acknowledgeModelFiles(scope: IConstruct, files: string): void {
  acknowledge(
    scope,
    `AwsSolutions-IAM5[Resource::${flat(scope, files)}]`,
    'The wildcard stands for the files of one model, or of all models, of this one deployment, which are named by their hashes. While a new file is deployed, versions of the function that are still serving start with the file before it; a policy that named one object would cut them off.',
  );
}

/** The bucket of models logs no accesses. */
export function acknowledgeModelBucket(bucket: IConstruct): void {
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'The models’ functions read it when they start, and the deployment writes it: nobody else may. An access log would need a bucket of its own, without a log in turn. Where accesses have to be logged, `modelBucket` takes a bucket that does.',
  );
}

/** A function sends its traces to X-Ray. */
export function acknowledgeTracing(scope: IConstruct): void {
  acknowledge(
    scope,
    'AwsSolutions-IAM5[Resource::*]',
    'X-Ray’s PutTraceSegments and PutTelemetryRecords name no resources: AWS lets them be granted on * only. The statement allows nothing else.',
  );
}

/** Lambda connects functions to a VPC. */
export function acknowledgeNetworkInterfaces(role: IConstruct): void {
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'Lambda makes and deletes the network interfaces of functions in a VPC, whose ids nobody knows before; AWS documents these rights on *. A second statement denies them to the code of the functions.',
  );
}

/** A preflight request is answered to anybody. */
export function acknowledgePreflight(route: IConstruct): void {
  acknowledge(
    route,
    'AwsSolutions-APIG4',
    'Browsers send preflight requests without credentials. API Gateway answers them itself from the CORS settings; the route exists only so that $default does not ask them for a signature.',
  );
}

/** CodeDeploy's role has the managed policy that AWS made for it. */
export function acknowledgeCodeDeployRole(role: IConstruct, policy: IManagedPolicy): void {
  acknowledge(
    role,
    `AwsSolutions-IAM4[Policy::${flat(role, policy.managedPolicyArn)}]`,
    'The least policy that AWS documents for CodeDeploy to move Lambda aliases. CodeDeploy alone can take the role, and AWS keeps the policy in step with what CodeDeploy calls.',
  );
}

function anyVersionOf({ function: fn }: HasFunction): string {
  const logicalId = Stack.of(fn).getLogicalId(fn.node.defaultChild as CfnElement);
  return `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`;
}

/** An ARN as cdk-nag writes it: what is known when the stack is deployed only stands in angle brackets. */
function flat(scope: IConstruct, arn: string): string {
  const visit = (part: unknown): string => {
    if (typeof part === 'string') return part.replaceAll(/\$\{(.*?)\}/g, '<$1>');
    const [[name, value] = []] = Object.entries(part ?? {});
    if (name === 'Fn::Join') return value[1].map(visit).join(value[0]);
    if (name === 'Fn::GetAtt') return `<${value.join('.')}>`;
    return name === 'Ref' ? `<${value}>` : visit(value);
  };
  return visit(Stack.of(scope).resolve(arn));
}

/** In older CDKs nothing takes acknowledgements, or none with such ids: there an app has to tell cdk-nag itself. */
function acknowledge(scope: IConstruct, id: string, reason: string): void {
  const validations: Partial<Pick<typeof cdk, 'Validations'>> = cdk;
  try {
    validations.Validations?.of(scope).acknowledge({ id, reason });
  } catch (error) {
    if (!/^Invalid validation rule ID/.test((error as Error).message)) throw error;
  }
}
