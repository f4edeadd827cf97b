import { HttpApi, HttpMethod, HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { routes } from '../http/routes.ts';

/** Who may call the API: callers that sign with IAM (SigV4), or anybody. */
export type Auth = 'iam' | 'none';

/** The HTTP API: every route, and every path that is none, goes to the selector. */
export class ServiceApi extends HttpApi {
  constructor(
    scope: Construct,
    id: string,
    { selector, auth }: { readonly selector: IFunction; readonly auth: Auth },
  ) {
    const integration = new HttpLambdaIntegration('Selector', selector);
    super(scope, id, {
      // Unknown paths and methods get their problem document from the selector, too.
      defaultIntegration: integration,
      defaultAuthorizer: auth === 'iam' ? new HttpIamAuthorizer() : new HttpNoneAuthorizer(),
    });
    for (const { method, path } of routes) {
      this.addRoutes({ path, methods: [HttpMethod[method]], integration });
    }
  }
}
