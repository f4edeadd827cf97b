/** The assembly cannot be run: missing, unreadable, or using what this runner does not know. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
}

/** Environments cannot be frozen here. */
export class FreezeError extends Error {
  override readonly name = 'FreezeError';

  constructor() {
    super('Windows cannot freeze a process as Lambda does: start without `freeze`');
  }
}

/** The port of the HTTP front is taken. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';

  constructor(host: string, port: number) {
    super(`Port ${port} on ${host} is in use: stop what listens there, or choose another port`);
  }
}

/** Browsers and `fetch` refuse to talk to the port. */
export class RefusedPortError extends Error {
  override readonly name = 'RefusedPortError';

  constructor(port: number) {
    super(
      `Port ${port} is reserved for another protocol, and browsers and fetch refuse it: choose another port`,
    );
  }
}

/** AWS's runtime client is not installed. */
export class RuntimeClientError extends Error {
  override readonly name = 'RuntimeClientError';

  constructor() {
    super(
      'aws-lambda-ric is not installed: npm install --save-dev --ignore-scripts aws-lambda-ric',
    );
  }
}

/** A custom resource reported FAILED, as a deployment would. */
export class CustomResourceError extends Error {
  override readonly name = 'CustomResourceError';
  readonly logicalId: string;
  /** What the resource's function reported. */
  readonly reason: string;

  constructor(logicalId: string, reason: string) {
    super(`Custom resource ${logicalId} failed: ${reason}`);
    this.logicalId = logicalId;
    this.reason = reason;
  }
}

/** A table could not be opened or does not fit the template. */
export class TableError extends Error {
  override readonly name = 'TableError';
}

/** Every execution environment of a function stayed busy: Lambda's 429. */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError';

  constructor() {
    super('Rate Exceeded.');
  }
}
