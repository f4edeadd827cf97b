/** Region, account and partition that the assembly seems to be deployed to. */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';
export const PARTITION = 'aws';
const URL_SUFFIX = 'amazonaws.com';

/**
 * Values of the pseudo parameters.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export function pseudoParameters(stackName: string): Readonly<Record<string, unknown>> {
  return {
    'AWS::AccountId': ACCOUNT,
    'AWS::NoValue': undefined,
    'AWS::NotificationARNs': [],
    'AWS::Partition': PARTITION,
    'AWS::Region': REGION,
    'AWS::StackId': arn('cloudformation', `stack/${stackName}/local`),
    'AWS::StackName': stackName,
    'AWS::URLSuffix': URL_SUFFIX,
  };
}

/** The ARN of a resource of this account. */
export function arn(service: string, resource: string): string {
  // IAM is global: its ARNs have no region.
  const region = service === 'iam' ? '' : REGION;
  return `arn:${PARTITION}:${service}:${region}:${ACCOUNT}:${resource}`;
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
  return `https://${apiId}.execute-api.${REGION}.${URL_SUFFIX}`;
}
