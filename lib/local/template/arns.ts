/** Region, account and partition that the assembly seems to be deployed to. */
export const localRegion = 'us-east-1';
export const localAccount = '000000000000';
export const awsPartition = 'aws';
const awsUrlSuffix = 'amazonaws.com';

/**
 * Values of the pseudo parameters.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export function pseudoParameters(stackName: string): Readonly<Record<string, unknown>> {
  return {
    'AWS::AccountId': localAccount,
    'AWS::NoValue': undefined,
    'AWS::NotificationARNs': [],
    'AWS::Partition': awsPartition,
    'AWS::Region': localRegion,
    'AWS::StackId': arn('cloudformation', `stack/${stackName}/local`),
    'AWS::StackName': stackName,
    'AWS::URLSuffix': awsUrlSuffix,
  };
}

/** The ARN of a resource of this account. */
export function arn(service: string, resource: string): string {
  // IAM is global, and a bucket's name is: no region, and for buckets no account either.
  const region = service === 'iam' || service === 's3' ? '' : localRegion;
  const account = service === 's3' ? '' : localAccount;
  return `arn:${awsPartition}:${service}:${region}:${account}:${resource}`;
}

/** A function's ARN. */
export function functionArn(name: string): string {
  return arn('lambda', `function:${name}`);
}

/** A table's ARN. */
export function tableArn(name: string): string {
  return arn('dynamodb', `table/${name}`);
}

/** The address that an HTTP API would have on AWS. */
export function apiEndpoint(apiId: string): string {
  return `https://${apiId}.execute-api.${localRegion}.${awsUrlSuffix}`;
}
