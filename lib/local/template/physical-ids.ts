import { createHash } from 'node:crypto';
import type { Stack } from './stack.ts';

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

/** The property that names a resource, by type. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
};

/** What stands before the name in a resource's ARN, by type. */
const ARN_PREFIX: Readonly<Record<string, readonly [service: string, prefix: string]>> = {
  'AWS::DynamoDB::GlobalTable': ['dynamodb', 'table/'],
  'AWS::DynamoDB::Table': ['dynamodb', 'table/'],
  'AWS::IAM::ManagedPolicy': ['iam', 'policy/'],
  'AWS::IAM::Role': ['iam', 'role/'],
  'AWS::Lambda::Function': ['lambda', 'function:'],
  'AWS::Lambda::LayerVersion': ['lambda', 'layer:'],
  'AWS::Logs::LogGroup': ['logs', 'log-group:'],
};

/** Lambda's limit, the shortest of those that matter here. */
const LONGEST_NAME = 64;

/** What `Ref` gives for a resource on this machine. */
export function physicalId(stack: Stack, logicalId: string): string {
  const type = stack.resources[logicalId]?.Type ?? '';
  switch (type) {
    case 'AWS::Lambda::Version':
      return `${functionArn(functionName(stack, logicalId))}:${versionNumber(logicalId)}`;
    case 'AWS::Lambda::Alias':
      return `${functionArn(functionName(stack, logicalId))}:${stack.properties(logicalId).Name}`;
    case 'AWS::Lambda::LayerVersion':
      return `${arn('lambda', `layer:${logicalId}`)}:1`;
    case 'AWS::IAM::ManagedPolicy':
      return arn('iam', `policy/${logicalId}`);
    case 'AWS::ApiGatewayV2::Api':
      return logicalId.toLowerCase();
    default:
      return nameOf(stack, logicalId, type);
  }
}

/** What `Fn::GetAtt` gives for a resource on this machine; a marked placeholder if unknown. */
export function attributeOf(stack: Stack, logicalId: string, attribute: string): string {
  const type = stack.resources[logicalId]?.Type ?? '';
  const name = physicalId(stack, logicalId);
  if (attribute === 'Arn') {
    if (name.startsWith('arn:')) return name;
    const [service, prefix] = ARN_PREFIX[type] ?? [type.split('::')[1]?.toLowerCase() ?? '', ''];
    const suffix = type === 'AWS::Logs::LogGroup' ? ':*' : '';
    return arn(service, `${prefix}${name}${suffix}`);
  }
  if (type === 'AWS::Lambda::Version' && attribute === 'Version') {
    return versionNumber(logicalId);
  }
  if (type === 'AWS::ApiGatewayV2::Api' && attribute === 'ApiEndpoint') return apiEndpoint(name);
  return `<${logicalId}.${attribute}>`;
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

function arn(service: string, resource: string): string {
  // IAM is global: its ARNs have no region.
  const region = service === 'iam' ? '' : REGION;
  return `arn:${PARTITION}:${service}:${region}:${ACCOUNT}:${resource}`;
}

function functionName(stack: Stack, logicalId: string): string {
  const reference = String(stack.properties(logicalId).FunctionName);
  return reference.split(':function:').at(-1) ?? reference;
}

/**
 * A number for a version. CDK gives a version's resource another logical id whenever the function's code
 * or configuration is another: so has it here, without counting versions, another number.
 */
function versionNumber(logicalId: string): string {
  return String(1 + createHash('sha256').update(logicalId).digest().readUIntBE(0, 4));
}

function nameOf(stack: Stack, logicalId: string, type: string): string {
  const property = NAME_PROPERTY[type];
  const given = property && stack.resources[logicalId]?.Properties[property];
  if (given) return String(stack.resolve(given));
  // The end of a logical id is the hash that makes it unique: keep that.
  return `${stack.name}-${logicalId}`.slice(-LONGEST_NAME).replace(/^-+/, '');
}
