import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * What an HTTP API says of a caller that it has let through; nothing when everybody may call.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
interface Authorizer {
  readonly iam?: {
    readonly userArn?: string;
    readonly cognitoIdentity?: {
      readonly amr?: readonly string[] | null;
      readonly identityId?: string | null;
    } | null;
  };
  readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> };
}

/** What the gateway knows of the caller. */
export function authorizerOf({ requestContext }: APIGatewayProxyEventV2): Authorizer | undefined {
  return (requestContext as { readonly authorizer?: Authorizer }).authorizer;
}

/**
 * Who calls, as the gateway has found out: the principal that signed, or the subject of a token. Undefined when
 * it does not know.
 *
 * A role is one caller, whatever its sessions are called: whoever assumes it chooses their names. So are all
 * guests of a Cognito identity pool, who can get as many identities as they like; those who have logged in
 * there are callers of their own.
 */
export function callerOf(event: APIGatewayProxyEventV2): string | undefined {
  const { iam, jwt } = authorizerOf(event) ?? {};
  if (jwt) {
    const { iss, sub } = jwt.claims;
    return sub ? `${iss}\n${sub}` : undefined;
  }
  const { amr, identityId } = iam?.cognitoIdentity ?? {};
  if (identityId && amr?.includes('authenticated')) return identityId;
  return iam?.userArn?.replace(sessionName, '$1');
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
const sessionName = /^(arn:[^:]+:sts::\d+:(?:assumed-role\/[^/]+|federated-user))\/.*$/;
