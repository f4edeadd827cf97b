import type { IDomainName, IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ApiRoutes, urlOf } from './api-routes.ts';
import { checkDomain, ServiceDomain } from './domain.ts';
import { InvalidPropertyError } from './errors.ts';
import { ServiceApi } from './http-api.ts';
import type { MdInferenceProps } from './props.ts';
import type { LogProps } from './service-function.ts';

/** What an endpoint is made from, beside the properties of the service. */
export interface EndpointParts {
  readonly deployment: string;
  readonly selector: IFunction;
  readonly logs: LogProps;
}

/** Where callers reach the selector. */
export interface Endpoint {
  readonly api: IHttpApi;
  /** The base URL, without a slash at its end. */
  readonly url: string;
  readonly domainName: IDomainName | undefined;
  /** What lets principals call it. */
  readonly routes: { grantInvoke(grantee: IGrantable): Grant };
}

/**
 * Checks what {@link endpointOf} is given, before anything is made.
 *
 * @throws {@link InvalidPropertyError} for properties of an API that somebody else has set up, and for a domain that
 * API Gateway would refuse
 */
export function checkEndpoint(scope: Construct, props: MdInferenceProps): void {
  const { api, domain } = props;
  if (domain) checkDomain(scope, domain);
  if (!api) return;
  for (const name of ['apiName', 'cors', 'domain', 'throttling'] as const) {
    if (props[name] === undefined) continue;
    throw new InvalidPropertyError(scope, name, 'is a setting of the whole API: set it at `api`');
  }
  urlOf(scope, api);
}

/** The selector's HTTP API: one of the service's own, at a domain or not, or routes of one that is there already. */
export function endpointOf(
  scope: Construct,
  props: MdInferenceProps,
  { deployment, selector, logs }: EndpointParts,
): Endpoint {
  const { auth = 'iam', api: existing, domain } = props;
  if (existing) {
    const routes = new ApiRoutes(scope, 'Http', { existing, selector, auth });
    return { api: existing.httpApi, url: routes.url, domainName: undefined, routes };
  }
  const api = new ServiceApi(scope, 'Http', {
    selector,
    auth,
    cors: props.cors,
    throttling: props.throttling ?? { rate: 100, burst: 200 },
    apiName: props.apiName,
    disableExecuteApiEndpoint: domain !== undefined && (domain.disableExecuteApiEndpoint ?? true),
    ...logs,
    deployment,
  });
  if (!domain) return { api, url: api.apiEndpoint, domainName: undefined, routes: api };
  const { domainName, url } = new ServiceDomain(scope, 'Domain', { domain, stage: api.stage });
  return { api, url, domainName, routes: api };
}
