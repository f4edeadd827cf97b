import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const tokenPattern = /^local-(\d+)-[\w-]+$/;

/** What the AWS SDK signs requests with. Of these the runner checks the session token alone. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * The session tokens of one start. Every process gets one of its own, and the AWS SDK sends it with every
 * request: by it the runner's endpoints tell their processes from web pages and from other users of the machine,
 * who may reach the same ports. They can be checked in another thread by whoever knows the secret.
 */
export class SessionTokens {
  readonly secret: Uint8Array;
  #issued = 0;

  /** @default a new secret */
  constructor(secret: Uint8Array = randomBytes(32)) {
    this.secret = secret;
  }

  /** A token for a new process. */
  issue(): string {
    return this.#tokenOf(this.#issued++);
  }

  /** True for a token that was issued in this start. */
  accepts(token: string | string[] | undefined): boolean {
    const number = tokenNumber(token);
    return number !== undefined && isSameSecret(token as string, this.#tokenOf(number));
  }

  #tokenOf(number: number): string {
    const mac = createHmac('sha256', this.secret).update(String(number)).digest('base64url');
    return `local-${number}-${mac}`;
  }
}

/** Which process a token was issued for; undefined if it has not the form of a token. */
export function tokenNumber(token: string | string[] | undefined): number | undefined {
  const [, number] = (typeof token === 'string' && tokenPattern.exec(token)) || [];
  return number === undefined ? undefined : Number(number);
}

/** Compares two secrets in a time that says nothing of where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
