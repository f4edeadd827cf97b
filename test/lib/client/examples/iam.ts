import { Sha256 } from '@aws-crypto/sha256-js';
import { createClient } from '@mdinference/client';
import { sigV4 } from '@mdinference/client/sigv4';
import { SignatureV4 } from '@smithy/signature-v4';

/** Credentials that expire, such as those of a Cognito identity pool. */
declare function getCredentials(): Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}>;

export const client = createClient({
  endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
  slaMs: 250,
  auth: sigV4({
    signer: new SignatureV4({
      service: 'execute-api',
      region: 'eu-central-1',
      credentials: getCredentials,
      sha256: Sha256,
    }),
  }),
});
