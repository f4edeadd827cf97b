import { Names, Stack } from 'aws-cdk-lib';
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  type IHttpApi,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { gatewayRoutes } from '../core/contract/routes.ts';
import { InvalidPropertyError } from './errors.ts';
import { type ApiAuth, authorizerOf, warnOfOpenApi } from './http-api.ts';

/** An HTTP API that is there already, with stages, domains, CORS and throttling of its own. */
export interface ExistingApi {
  readonly httpApi: IHttpApi;
  /**
   * Where callers find it, without a slash at its end.
   *
   * @default - the address that API Gateway gives it, with its default stage
   */
  readonly url?: string;
}

/** Properties of {@link ApiRoutes}. */
export interface ApiRoutesProps {
  readonly existing: ExistingApi;
  readonly selector: IFunction;
  readonly auth: ApiAuth;
}

/** The service's routes in an API that is there already, and nothing of its other routes. */
export class ApiRoutes extends Construct {
  readonly url: string;
  readonly #api: IHttpApi;
  readonly #keys: readonly { method: HttpMethod; path: string }[];

  constructor(scope: Construct, id: string, { existing, selector, auth }: ApiRoutesProps) {
    super(scope, id);
    this.#api = existing.httpApi;
    this.url = urlOf(scope, existing);
    const integration = new HttpLambdaIntegration('Selector', selector);
    const authorizer = authorizerOf(auth, Names.uniqueResourceName(this, { maxLength: 64 }));
    this.#keys = gatewayRoutes.flatMap(({ method, path }) => [
      { method: HttpMethod[method], path },
      // An own API's default route answers these.
      ...(method === 'GET' ? [{ method: HttpMethod.HEAD, path }] : []),
    ]);
    for (const { method, path } of this.#keys) {
      new HttpRoute(this, `${method}${path}`, {
        httpApi: this.#api,
        routeKey: HttpRouteKey.with(path, method),
        integration,
        authorizer,
      });
    }
    if (auth === 'none') warnOfOpenApi(this);
  }

  /** Lets a principal call the service's routes, whose callers sign with IAM. */
  grantInvoke(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: this.#keys.map(({ method, path }) => this.#api.arnForExecuteApi(method, path)),
    });
  }
}

/**
 * Where callers find an API that is there already.
 *
 * @throws {@link InvalidPropertyError} for an API whose address has to be told
 */
export function urlOf(scope: Construct, { httpApi, url }: ExistingApi): string {
  if (url !== undefined) return url;
  if (httpApi instanceof HttpApi && (httpApi.disableExecuteApiEndpoint || !httpApi.defaultStage)) {
    const message =
      'must be told: the API cannot be reached by the address that API Gateway gives it';
    throw new InvalidPropertyError(scope, 'api.url', message);
  }
  const { region, urlSuffix } = Stack.of(httpApi);
  return `https://${httpApi.apiId}.execute-api.${region}.${urlSuffix}`;
}
