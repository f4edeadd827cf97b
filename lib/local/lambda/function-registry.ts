import type { LambdaFunction } from '../template/functions.ts';
import type { EnvironmentSettings } from './environment.ts';
import { type EnvironmentLimits, EnvironmentPool } from './environment-pool.ts';

/** A function that an Invoke request names. */
export interface FunctionReference {
  readonly pool: EnvironmentPool;
  /** ARN as the request means it, with its qualifier if it has one. */
  readonly arn: string;
  /** The version that runs: `$LATEST`, or the number of the one that is asked for or that the alias points to. */
  readonly version: string;
}

/** The functions of the assembly, each with its execution environments. */
export class FunctionRegistry {
  readonly #pools: ReadonlyMap<string, EnvironmentPool>;

  /** @param limitsOf - the machine's limits on the environments of a function, by its name */
  constructor(
    functions: readonly LambdaFunction[],
    settings: EnvironmentSettings,
    limitsOf: (name: string) => EnvironmentLimits,
  ) {
    this.#pools = new Map(
      functions.map((fn) => [fn.name, new EnvironmentPool(fn, settings, limitsOf(fn.name))]),
    );
  }

  /** All of them. */
  get pools(): EnvironmentPool[] {
    return [...this.#pools.values()];
  }

  /**
   * Finds a function by what the Invoke API takes: its name, partial or full ARN, each with or
   * without `:qualifier`.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#lambda-Invoke-request-FunctionName
   */
  find(reference: string, qualifier?: string): FunctionReference | undefined {
    const [name, suffix] = partsOf(reference);
    const pool = this.#pools.get(name);
    const asked = qualifier ?? suffix;
    const version = pool?.fn.qualifiers.get(asked ?? '$LATEST');
    if (!pool || version === undefined) return undefined;
    const arn = asked === undefined ? pool.fn.arn : `${pool.fn.arn}:${asked}`;
    return { pool, arn, version };
  }

  /** Ends all environments of all functions. */
  async close(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.close()));
  }
}

/** The name in a function's partial or full ARN, with or without a qualifier. */
export function functionNameIn(reference: string): string {
  return partsOf(reference)[0];
}

function partsOf(reference: string): [name: string, qualifier: string | undefined] {
  const [name = '', qualifier] = (reference.split(':function:').at(-1) ?? '').split(':');
  return [name, qualifier];
}
