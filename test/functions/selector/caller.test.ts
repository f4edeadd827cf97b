import { describe, expect, it } from 'vitest';
import { callerOf } from '../../../functions/selector/caller.ts';
import { apiEvent } from './made-up-service.ts';

function from(authorizer?: object) {
  const event = apiEvent();
  return { ...event, requestContext: { ...event.requestContext, authorizer } } as typeof event;
}

describe('callerOf', () => {
  it.each([
    ['nobody', undefined, undefined],
    ['a user', { iam: { userArn: 'arn:aws:iam::1:user/ada' } }, 'arn:aws:iam::1:user/ada'],
    [
      'a role, whatever the session is called',
      { iam: { userArn: 'arn:aws:sts::1:assumed-role/backend/any-name' } },
      'arn:aws:sts::1:assumed-role/backend',
    ],
    [
      'a federated user, whose name is anybody’s choice',
      { iam: { userArn: 'arn:aws-cn:sts::1:federated-user/any/name' } },
      'arn:aws-cn:sts::1:federated-user',
    ],
    [
      'who has logged in to an identity pool',
      {
        iam: {
          userArn: 'arn:aws:sts::1:assumed-role/app/CognitoIdentityCredentials',
          cognitoIdentity: { amr: ['authenticated', 'accounts.example'], identityId: 'eu:1' },
        },
      },
      'eu:1',
    ],
    [
      'a guest of an identity pool, who can have any number of identities',
      {
        iam: {
          userArn: 'arn:aws:sts::1:assumed-role/guest/CognitoIdentityCredentials',
          cognitoIdentity: { amr: ['unauthenticated'], identityId: 'eu:2' },
        },
      },
      'arn:aws:sts::1:assumed-role/guest',
    ],
    ['a signer without Cognito', { iam: { userArn: 'a', cognitoIdentity: null } }, 'a'],
    ['a token', { jwt: { claims: { iss: 'https://id', sub: '42' } } }, 'https://id\n42'],
    ['a token of nobody', { jwt: { claims: { iss: 'https://id' } } }, undefined],
  ])('is %s', (_, authorizer, caller) => {
    expect(callerOf(from(authorizer))).toBe(caller);
  });
});
