import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** The table of service-time profiles: one baseline and some live windows for each model. */
export class ProfileTable extends TableV2 {
  constructor(scope: Construct, id: string, props: { readonly removalPolicy: RemovalPolicy }) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: props.removalPolicy,
    });
  }

  /** Lets a function read profiles. */
  grantRead(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:GetItem', 'dynamodb:Query');
  }

  /** Lets a function add to profiles and replace baselines. */
  grantUpdate(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:UpdateItem');
  }

  /** Lets a function put and take back marks of counted feedback. */
  grantMark(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:PutItem', 'dynamodb:DeleteItem');
  }

  /** Lets a function make the secret that answers are signed with. */
  grantCreateSecret(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:PutItem');
  }
}
