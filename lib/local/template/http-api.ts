import { z } from 'zod';
import type { Stack } from './stack.ts';

const corsSchema = z.object({
  AllowOrigins: z.array(z.string()).default([]),
  AllowMethods: z.array(z.string()).default([]),
  AllowHeaders: z.array(z.string()).default([]),
  ExposeHeaders: z.array(z.string()).default([]),
  AllowCredentials: z.coerce.boolean().default(false),
  MaxAge: z.coerce.number().optional(),
});

const routeSchema = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.string().default('NONE'),
});

const stageSchema = z.object({ ApiId: z.string(), StageName: z.string() });

const integrationSchema = z.object({
  IntegrationUri: z.string(),
  TimeoutInMillis: z.coerce.number().default(30_000),
});

/** The CORS configuration of an HTTP API. */
export type CorsConfiguration = z.infer<typeof corsSchema>;

/** One route of an HTTP API and the function behind it. */
export interface ApiRoute {
  /** e.g. `POST /v1/infer`, `ANY /{proxy+}` or `$default` */
  readonly routeKey: string;
  /** Name or ARN of the function. */
  readonly functionReference: string;
  readonly timeoutMs: number;
  /** `NONE`, or what AWS would ask for: `AWS_IAM`, `JWT`, `CUSTOM`. */
  readonly authorizationType: string;
}

/** An HTTP API of the template. */
export interface HttpApi {
  readonly logicalId: string;
  readonly apiId: string;
  readonly routes: readonly ApiRoute[];
  /** Names of its stages, `$default` among them unless the template declares others alone. */
  readonly stages: readonly string[];
  readonly cors: CorsConfiguration | undefined;
}

/** The stage that needs no name in a path. */
export const defaultStage = '$default';

/** The HTTP APIs of a stack, with the routes that lead to functions. */
export function readHttpApis(stack: Stack): HttpApi[] {
  return stack
    .idsOfType('AWS::ApiGatewayV2::Api')
    .filter((id) => stack.properties(id).ProtocolType === 'HTTP')
    .map((logicalId) => {
      const cors = stack.properties(logicalId).CorsConfiguration;
      return {
        logicalId,
        apiId: stack.physicalId(logicalId),
        routes: readRoutes(stack, stack.physicalId(logicalId)),
        stages: readStages(stack, stack.physicalId(logicalId)),
        cors: cors === undefined ? undefined : corsSchema.parse(cors),
      };
    });
}

function readStages(stack: Stack, apiId: string): string[] {
  const names = stack
    .idsOfType('AWS::ApiGatewayV2::Stage')
    .map((id) => stageSchema.parse(stack.properties(id)))
    .filter(({ ApiId }) => ApiId === apiId)
    .map(({ StageName }) => StageName);
  return names.length > 0 ? names : [defaultStage];
}

function readRoutes(stack: Stack, apiId: string): ApiRoute[] {
  return stack
    .idsOfType('AWS::ApiGatewayV2::Route')
    .map((id) => routeSchema.parse(stack.properties(id)))
    .filter(({ ApiId }) => ApiId === apiId)
    .map(({ RouteKey, Target, AuthorizationType }) => {
      const integrationId = stack
        .idsOfType('AWS::ApiGatewayV2::Integration')
        .find((id) => Target === `integrations/${stack.physicalId(id)}`);
      const integration = integrationSchema.parse(stack.properties(integrationId ?? ''));
      return {
        routeKey: RouteKey,
        functionReference: functionOf(integration.IntegrationUri),
        timeoutMs: integration.TimeoutInMillis,
        authorizationType: AuthorizationType,
      };
    });
}

/** An integration names its function's ARN, plainly or inside the long form of REST APIs. */
function functionOf(integrationUri: string): string {
  return /functions\/(arn:[^/]+)\/invocations$/.exec(integrationUri)?.[1] ?? integrationUri;
}
