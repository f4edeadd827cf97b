import { Annotations, type Duration } from 'aws-cdk-lib';
import {
  type CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { headerLengthName } from '../core/contract/header-length.ts';
import { inferHeadersSchema } from '../core/contract/headers.ts';
import { gatewayRoutes, type RouteKey } from '../core/contract/routes.ts';
import { accessLogOf } from './access-log.ts';
import { acknowledgePreflight } from './acknowledgements.ts';
import type { LogProps } from './service-function.ts';

/** Callers with a token of an OpenID Connect provider, such as a Cognito user pool. */
export interface JwtAuth {
  readonly jwt: {
    /** The token's `iss`: the provider's URL, without `/.well-known/...`. */
    readonly issuer: string;
    /** The token's `aud` or `client_id` must be one of these. */
    readonly audience: string[];
  };
}

/** Who may call the API: callers that sign with IAM (SigV4), callers with a token, or anybody. */
export type ApiAuth = 'iam' | 'none' | JwtAuth;

/** Which web pages may call the API. */
export interface ApiCors {
  /** Such as `https://app.example.com`; `*` is any. */
  readonly origins: string[];
  /**
   * Request headers beside those that the API, its client and its authorization use.
   *
   * @default - none
   */
  readonly headers?: string[];
  /**
   * How long a browser may cache the answer to its preflight request.
   *
   * @default - 5 seconds, as browsers have it
   */
  readonly maxAge?: Duration;
}

/** Throttling limits; callers above them get status 429. */
export interface Throttle {
  /** Requests per second, on average. */
  readonly rate: number;
  /** Requests at the same time. */
  readonly burst: number;
}

/** Throttling limits of all routes, and of single ones. */
export interface Throttling extends Throttle {
  /**
   * Routes with a limit of their own, such as `POST /v1/infer`.
   *
   * @default - none
   */
  readonly routes?: Partial<Record<RouteKey, Throttle>>;
}

/** Properties of a {@link ServiceApi}. */
export interface ServiceApiProps extends LogProps {
  /** The deployment's name, of which the access log has its own. */
  readonly deployment: string;
  readonly selector: IFunction;
  readonly auth: ApiAuth;
  readonly cors?: ApiCors | undefined;
  readonly throttling: Throttling;
  readonly apiName: string | undefined;
  readonly disableExecuteApiEndpoint: boolean;
}

/** The HTTP API: every route, and every unknown path, goes to the selector. */
export class ServiceApi extends HttpApi {
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, props: ServiceApiProps) {
    const { auth, cors, throttling } = props;
    const integration = new HttpLambdaIntegration('Selector', props.selector);
    super(scope, id, {
      // Unknown paths and methods get their problem document from the selector, too.
      defaultIntegration: integration,
      defaultAuthorizer: authorizerOf(auth),
      createDefaultStage: false,
      ...(props.apiName !== undefined && { apiName: props.apiName }),
      ...(props.disableExecuteApiEndpoint && { disableExecuteApiEndpoint: true }),
      ...(cors && { corsPreflight: preflightOf(cors) }),
    });
    const declared = gatewayRoutes.flatMap(({ method, path }) =>
      this.addRoutes({ path, methods: [HttpMethod[method]], integration }),
    );
    if (cors && auth !== 'none') {
      // A browser's preflight carries no credentials, and $default would ask for them
      // (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
      const preflight = this.addRoutes({
        path: '/{proxy+}',
        methods: [HttpMethod.OPTIONS],
        integration,
        authorizer: new HttpNoneAuthorizer(),
      });
      for (const route of preflight) acknowledgePreflight(route);
    }
    if (auth === 'none') warnOfOpenApi(this);

    this.stage = new HttpStage(this, 'DefaultStage', {
      httpApi: this,
      autoDeploy: true,
      accessLogSettings: accessLogOf(this, props.deployment, props),
      throttle: { rateLimit: throttling.rate, burstLimit: throttling.burst },
    });
    const ofRoutes = Object.entries(throttling.routes ?? {});
    if (ofRoutes.length > 0) {
      const stage = this.stage.node.defaultChild as CfnStage;
      stage.routeSettings = Object.fromEntries(
        ofRoutes.map(([key, { rate, burst }]) => [
          key,
          { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
        ]),
      );
      // Settings of a route that does not exist yet are refused.
      this.stage.node.addDependency(...declared);
    }
  }

  /** Lets a principal call every route of an API whose callers sign with IAM. */
  grantInvoke(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: [this.arnForExecuteApi()],
    });
  }
}

/** Says at synth that anybody can call. */
export function warnOfOpenApi(scope: Construct): void {
  Annotations.of(scope).addWarningV2(
    'mdinference:open-api',
    "auth is 'none': anybody who knows the address can call this API, at your cost",
  );
}

/**
 * What checks callers before a route is reached.
 *
 * @param id - of an authorizer of tokens, which lives in the API
 */
export function authorizerOf(auth: ApiAuth, id = 'Jwt'): IHttpRouteAuthorizer {
  if (auth === 'iam') return new HttpIamAuthorizer();
  if (auth === 'none') return new HttpNoneAuthorizer();
  const { issuer, audience } = auth.jwt;
  return new HttpJwtAuthorizer(id, issuer, { jwtAudience: audience });
}

/** Headers of authorization: a token, or Signature Version 4. */
const authorizationHeaders = [
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
];

function preflightOf({ origins, headers = [], maxAge }: ApiCors): CorsPreflightOptions {
  return {
    allowOrigins: origins,
    allowMethods: [...new Set(gatewayRoutes.map(({ method }) => CorsHttpMethod[method]))],
    allowHeaders: [
      'content-type',
      headerLengthName,
      ...Object.keys(inferHeadersSchema.shape),
      ...authorizationHeaders,
      ...headers,
    ],
    // A client that signs with a wrong clock learns the time from the refusal.
    exposeHeaders: ['server-timing', 'retry-after', 'date', headerLengthName],
    ...(maxAge && { maxAge }),
  };
}
