import { createHash } from 'node:crypto';
import { apiEndpoint, arn, functionArn } from './arns.ts';

/** What a resource's physical id and attributes are derived from. */
export interface Identity {
  readonly stackName: string;
  readonly logicalId: string;
  /** e.g. `AWS::Lambda::Function` */
  readonly type: string;
  /** One of the resource's properties, resolved; undefined if it has none of that name. */
  property(name: string): unknown;
}

/** The property that names a resource, by type. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
};

/** What precedes the name in a resource's ARN, by type. */
const arnPrefix: Readonly<Record<string, readonly [service: string, prefix: string]>> = {
  'AWS::DynamoDB::GlobalTable': ['dynamodb', 'table/'],
  'AWS::DynamoDB::Table': ['dynamodb', 'table/'],
  'AWS::IAM::ManagedPolicy': ['iam', 'policy/'],
  'AWS::IAM::Role': ['iam', 'role/'],
  'AWS::Lambda::Function': ['lambda', 'function:'],
  'AWS::Lambda::LayerVersion': ['lambda', 'layer:'],
  'AWS::Logs::LogGroup': ['logs', 'log-group:'],
};

/** Lambda's limit, the shortest of those that matter here. */
const longestName = 64;

/** What `Ref` gives for a resource on this machine. */
export function physicalIdOf(resource: Identity): string {
  const { logicalId, type } = resource;
  switch (type) {
    case 'AWS::Lambda::Version':
      return `${functionArn(functionName(resource))}:${versionNumber(logicalId)}`;
    case 'AWS::Lambda::Alias':
      return `${functionArn(functionName(resource))}:${resource.property('Name')}`;
    case 'AWS::Lambda::LayerVersion':
      return `${arn('lambda', `layer:${logicalId}`)}:1`;
    case 'AWS::IAM::ManagedPolicy':
      return arn('iam', `policy/${logicalId}`);
    case 'AWS::ApiGatewayV2::Api':
      return logicalId.toLowerCase();
    default:
      return nameOf(resource);
  }
}

/** What `Fn::GetAtt` gives for a resource on this machine; a marked placeholder if unknown. */
export function attributeOf(resource: Identity, attribute: string): string {
  const { logicalId, type } = resource;
  const name = physicalIdOf(resource);
  if (attribute === 'Arn') {
    if (name.startsWith('arn:')) return name;
    const [service, prefix] = arnPrefix[type] ?? [type.split('::')[1]?.toLowerCase() ?? '', ''];
    const suffix = type === 'AWS::Logs::LogGroup' ? ':*' : '';
    return arn(service, `${prefix}${name}${suffix}`);
  }
  if (type === 'AWS::Lambda::Version' && attribute === 'Version') return versionNumber(logicalId);
  if (type === 'AWS::ApiGatewayV2::Api' && attribute === 'ApiEndpoint') return apiEndpoint(name);
  return `<${logicalId}.${attribute}>`;
}

function functionName(resource: Identity): string {
  const reference = String(resource.property('FunctionName'));
  return reference.split(':function:').at(-1) ?? reference;
}

/**
 * A version's number. CDK gives a version's resource a new logical id whenever the function's code or
 * configuration changes, so a hash of that id changes with it and no count has to be kept.
 */
function versionNumber(logicalId: string): string {
  return String(1 + createHash('sha256').update(logicalId).digest().readUIntBE(0, 4));
}

function nameOf({ stackName, logicalId, type, property }: Identity): string {
  const given = nameProperties[type] && property(nameProperties[type]);
  if (given) return String(given);
  // The end of a logical id is the hash that makes it unique: keep that.
  return `${stackName}-${logicalId}`.slice(-longestName).replace(/^-+/, '');
}
