import { skippedCustomResourceTypes } from './custom-resource/custom-resource.ts';
import type { HttpApi } from './template/http-api.ts';
import type { Stack } from './template/stack.ts';

/** Types that do something on AWS that a user would miss here. */
const notRunTypes: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'REST APIs are not served',
  'AWS::CodeDeploy::DeploymentGroup': 'New versions take over at once, not step by step',
  'AWS::Events::Rule': 'Event rules do not fire',
  'AWS::Lambda::EventSourceMapping': 'Event sources do not invoke functions',
  'AWS::Lambda::Url': 'Function URLs are not served',
  'AWS::Scheduler::Schedule': 'Schedules do not fire',
  'AWS::WAFv2::WebACLAssociation': 'Web ACLs do not filter requests',
};

/** One sentence for each thing that the template declares and this runner ignores. */
export function ignoredFeatures(stack: Stack, apis: readonly HttpApi[]): string[] {
  const ids = Object.keys(stack.resources);
  const has = (type: string, property: string) =>
    stack.idsOfType(type).some((id) => stack.properties(id)[property] !== undefined);
  return [
    ...apis.flatMap(openRoutes),
    ...apis.slice(1).map(({ logicalId }) => `HTTP API ${logicalId} is not served: one is`),
    ...Object.entries(notRunTypes)
      .filter(([type]) => ids.some((id) => stack.resources[id]?.Type === type))
      .map(([, sentence]) => sentence),
    ...(has('AWS::ApiGatewayV2::Stage', 'DefaultRouteSettings') ||
    has('AWS::ApiGatewayV2::Stage', 'RouteSettings')
      ? ['Throttling of routes is not enforced']
      : []),
    ...(has('AWS::ApiGatewayV2::Stage', 'AccessLogSettings')
      ? ['Access logs are not written']
      : []),
    ...(hasRetries(stack) ? ['Asynchronous invocations are not retried'] : []),
    ...(has('AWS::Lambda::Alias', 'ProvisionedConcurrencyConfig') ||
    has('AWS::Lambda::Version', 'ProvisionedConcurrencyConfig')
      ? ['Provisioned concurrency is not provided: environments start when they are needed']
      : []),
    ...(has('AWS::Lambda::Function', 'TracingConfig') ? ['Calls are not traced'] : []),
    ...(has('AWS::DynamoDB::Table', 'TimeToLiveSpecification') ||
    has('AWS::DynamoDB::GlobalTable', 'TimeToLiveSpecification')
      ? ['Items of tables do not expire']
      : []),
    ...skippedCustomResourceTypes(stack).map((type) => `${type} is not created: it calls AWS`),
    ...(process.platform === 'linux' ? [] : ['Memory limits are not enforced on this system']),
  ];
}

/** Lambda retries twice where nothing is said (docs.aws.amazon.com/lambda/latest/dg/invocation-async.html). */
function hasRetries(stack: Stack): boolean {
  return stack
    .idsOfType('AWS::Lambda::EventInvokeConfig')
    .some((id) => stack.properties(id).MaximumRetryAttempts !== 0);
}

function openRoutes({ routes }: HttpApi): string[] {
  const closed = routes.filter(({ authorizationType }) => authorizationType !== 'NONE');
  if (closed.length === 0) return [];
  const kinds = [...new Set(closed.map(({ authorizationType }) => authorizationType))].join(', ');
  const keys = closed.map(({ routeKey }) => routeKey).join(', ');
  return closed.length === routes.length
    ? [`All routes, which the template closes with ${kinds}, are open here`]
    : [`Routes that the template closes with ${kinds} are open here: ${keys}`];
}
