import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
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

/** A model's function reads its file from the stack's assets. */
export function acknowledgeModelObjects(scope: IConstruct, { s3BucketName }: Asset): void {
  const name: string | { 'Fn::Sub': string } = Stack.of(scope).resolve(s3BucketName);
  const bucket =
    typeof name === 'string' ? name : name['Fn::Sub'].replaceAll(/\$\{(.*?)\}/g, '<$1>');
  acknowledge(
    scope,
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${bucket}/*.onnx]`,
    'The wildcard stands for the model files among the assets of CDK apps, which are named by their hashes. While a new file is deployed, versions of the function that are still serving start with the file before it; a policy that named one object would cut them off.',
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

/** A preflight request is answered to anybody. */
export function acknowledgePreflight(route: IConstruct): void {
  acknowledge(
    route,
    'AwsSolutions-APIG4',
    'Browsers send preflight requests without credentials. API Gateway answers them itself from the CORS settings; the route exists only so that $default does not ask them for a signature.',
  );
}

/** CodeDeploy's role has the managed policy that AWS made for it. */
export function acknowledgeCodeDeployRole(role: IConstruct): void {
  acknowledge(
    role,
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
    'The least policy that AWS documents for CodeDeploy to move Lambda aliases. CodeDeploy alone can take the role, and AWS keeps the policy in step with what CodeDeploy calls.',
  );
}

function anyVersionOf({ function: fn }: HasFunction): string {
  const logicalId = Stack.of(fn).getLogicalId(fn.node.defaultChild as CfnElement);
  return `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`;
}

function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}
