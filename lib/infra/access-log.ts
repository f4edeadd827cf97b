import { Fn, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { type IAccessLogSettings, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct, IConstruct } from 'constructs';
import { type LogProps, logGroupOf } from './service-function.ts';

/** The access log of a stage, in a log group that is kept as all are. */
export function accessLogOf(
  scope: Construct,
  deployment: string,
  logs: LogProps,
): IAccessLogSettings {
  const logGroupName = accessLogName(scope, deployment);
  return {
    destination: new LogGroupLogDestination(
      logGroupOf(scope, 'AccessLogs', { ...logs, logGroupName }),
    ),
    format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
  };
}

/**
 * Under `/aws/vendedlogs/`, which CloudWatch Logs' one resource policy allows as a whole: with other names every API
 * adds to it, until the account's 5,120 bytes are full. The stack's own id keeps a log that is retained apart from
 * that of a later stack of the same name.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
 */
function accessLogName(scope: IConstruct, deployment: string): string {
  const stackId = Fn.select(2, Fn.split('/', Stack.of(scope).stackId));
  return `/aws/vendedlogs/apigateway/${deployment}/${stackId}`;
}

/**
 * What the access log records of a request: who called what, and how it went.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const accessLogFields = {
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  caller: '$context.identity.userArn',
  subject: '$context.authorizer.claims.sub',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
};
