import { Annotations, type Duration, Fn, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';
import { inferHeadersSchema } from '../core/contract/headers.ts';
import { type RouteKey, routes } from '../core/contract/routes.ts';
import { acknowledgePreflight } from './acknowledgements.ts';

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
export interface ServiceApiProps {
  /** The deployment's name, of which the access log has its own. */
  readonly deployment: string;
  readonly selector: IFunction;
  readonly auth: ApiAuth;
  readonly cors?: ApiCors | undefined;
  readonly throttling: Throttling;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
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
      ...(cors && { corsPreflight: preflightOf(cors) }),
    });
    const declared = routes.flatMap(({ method, path }) =>
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
    if (auth === 'none') {
      Annotations.of(this).addWarningV2(
        'mdinference:open-api',
        "auth is 'none': anybody who knows the address can call this API, at your cost",
      );
    }

    this.stage = new HttpStage(this, 'DefaultStage', {
      httpApi: this,
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLogs', {
            logGroupName: accessLogName(this, props.deployment),
            retention: props.logRetention,
            removalPolicy: props.removalPolicy,
          }),
        ),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
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
  requestTime: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  caller: '$context.identity.userArn',
  subject: '$context.authorizer.claims.sub',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
};

function authorizerOf(auth: ApiAuth): IHttpRouteAuthorizer {
  if (auth === 'iam') return new HttpIamAuthorizer();
  if (auth === 'none') return new HttpNoneAuthorizer();
  const { issuer, audience } = auth.jwt;
  return new HttpJwtAuthorizer('Jwt', issuer, { jwtAudience: audience });
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
    allowMethods: [...new Set(routes.map(({ method }) => CorsHttpMethod[method]))],
    allowHeaders: [
      'content-type',
      ...Object.keys(inferHeadersSchema.shape),
      ...authorizationHeaders,
      ...headers,
    ],
    // A client that signs with a wrong clock learns the time from the refusal.
    exposeHeaders: ['server-timing', 'retry-after', 'date'],
    ...(maxAge && { maxAge }),
  };
}
