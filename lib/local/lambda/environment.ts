import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PurgedConnections } from '../shared/purged-connections.ts';
import type { SessionTokens } from '../shared/session-tokens.ts';
import type { LambdaFunction } from '../template/functions.ts';
import { isResidentMemoryOver, killWithRunner } from './child-processes.ts';
import { environmentVariables, type ProcessSettings } from './environment-variables.ts';
import { Freezer } from './freezer.ts';
import type { LambdaInvocation } from './invocation.ts';
import { forEachLine } from './log-lines.ts';
import { RuntimeApi } from './runtime-api.ts';
import { moduleLoader, runtimeClient } from './runtime-client.ts';

const preload = fileURLToPath(new URL('./runtime/preload.cjs', import.meta.url));

/** Lambda's limit of an initialisation that is not yet part of an invocation. */
const initLimitMs = 10_000;
const memoryCheckMs = 100;
/** How long a process has to obey SIGTERM. */
const termGraceMs = 1_000;

/** A line that a function wrote. */
export interface LogEntry {
  readonly functionName: string;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** What all environments of one run have in common. */
export interface EnvironmentSettings extends ProcessSettings {
  readonly onLog: ((entry: LogEntry) => void) | undefined;
  /** What the endpoints and the Runtime API know each process by. */
  readonly tokens: SessionTokens;
  /**
   * If set, environments are frozen between events, and their connections are purged here.
   *
   * @default - they run on
   */
  readonly frozen?: PurgedConnections | undefined;
}

/** Why an environment ended, as Lambda names it. */
interface Ending {
  readonly errorType: string;
  readonly errorMessage: string;
}

/**
 * One execution environment: one process under AWS's own runtime client, which handles one event
 * at a time.
 */
export class ExecutionEnvironment {
  readonly #fn: LambdaFunction;
  readonly #api: RuntimeApi;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #freezer: Freezer | undefined;
  #asked = Promise.withResolvers<void>();
  #isAlive = true;
  #initError: Buffer | undefined;
  #ending: Ending | undefined;

  private constructor(
    fn: LambdaFunction,
    settings: EnvironmentSettings,
    api: RuntimeApi,
    sessionToken: string,
  ) {
    this.#fn = fn;
    this.#api = api;
    const args = [...moduleLoader(), '--require', preload, runtimeClient()];
    this.#process = spawn(process.execPath, args, {
      cwd: fn.codeDir,
      env: environmentVariables(fn, { runtimeApi: api.address, sessionToken }, settings),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal must reach the runner alone.
      detached: true,
      windowsHide: true,
    });
    this.#process.on('error', () => {});
    killWithRunner(this.#process);
    this.#exited = once(this.#process, 'exit').then(
      () => this.#onExit(),
      () => this.#onExit(),
    );
    this.#freezer = settings.frozen && new Freezer(this.#process, settings.frozen, sessionToken);
    this.#forwardLog('stdout', settings.onLog);
    this.#forwardLog('stderr', settings.onLog);
  }

  /** Starts a process for a function; returns before it is initialised. */
  static async start(
    fn: LambdaFunction,
    settings: EnvironmentSettings,
  ): Promise<ExecutionEnvironment> {
    const started = Promise.withResolvers<ExecutionEnvironment>();
    const token = settings.tokens.issue();
    const api = await RuntimeApi.start(token, {
      ready: () => void started.promise.then((environment) => environment.#onAsked()),
      initFailed: (error) =>
        void started.promise.then((environment) => {
          environment.#initError = error;
        }),
    });
    const environment = new ExecutionEnvironment(fn, settings, api, token);
    started.resolve(environment);
    return environment;
  }

  /** False once its process has ended. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** The process id. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when the process has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /**
   * Handles one event. Resolves when the environment can take another one or has ended; all
   * errors are the invocation's.
   */
  async run(invocation: LambdaInvocation): Promise<void> {
    await this.#waitUntilAsked(initLimitMs + this.#fn.timeoutMs);
    if (this.#isAlive) {
      this.#asked = Promise.withResolvers<void>();
      this.#freezer?.thaw();
      this.#api.offer(invocation, this.#fn.arn, Date.now() + this.#fn.timeoutMs);
      await this.#waitUntilAsked(this.#fn.timeoutMs);
    }
    if (!this.#isAlive) {
      if (this.#initError) invocation.failWith(this.#initError);
      else {
        const { errorType, errorMessage } = this.#ending ?? exitError(this.#process);
        invocation.fail(errorType, `RequestId: ${invocation.requestId} Error: ${errorMessage}`);
      }
    }
    invocation.failUnanswered();
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#kill('SIGTERM');
    // A stopped process, whoever has stopped it, obeys when it goes on. (Windows has no SIGCONT.)
    if (process.platform !== 'win32') this.#kill('SIGCONT');
    const force = setTimeout(() => this.#kill('SIGKILL'), termGraceMs);
    await this.#exited;
    clearTimeout(force);
  }

  /** Waits for the runtime's `next` or for its end, within the limits. */
  async #waitUntilAsked(limitMs: number): Promise<void> {
    const deadline = setTimeout(() => {
      const seconds = (this.#fn.timeoutMs / 1000).toFixed(2);
      this.#end('Sandbox.Timedout', `Task timed out after ${seconds} seconds`);
    }, limitMs);
    const memory = setInterval(() => {
      if (!isResidentMemoryOver(this.#process.pid, this.#fn.memoryMb)) return;
      this.#end('Runtime.OutOfMemory', 'Runtime exited with error: signal: killed');
    }, memoryCheckMs);
    await Promise.race([this.#asked.promise, this.#exited]);
    clearTimeout(deadline);
    clearInterval(memory);
  }

  #end(errorType: string, errorMessage: string): void {
    this.#ending ??= { errorType, errorMessage };
    this.#kill('SIGKILL');
  }

  #kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  #onAsked(): void {
    this.#freezer?.freeze();
    this.#asked.resolve();
  }

  async #onExit(): Promise<void> {
    this.#isAlive = false;
    await this.#api.close();
  }

  #forwardLog(stream: 'stdout' | 'stderr', onLog: EnvironmentSettings['onLog']): void {
    const source = this.#process[stream];
    if (!source) return;
    if (!onLog) {
      source.resume();
      return;
    }
    const functionName = this.#fn.name;
    forEachLine(source, (line) => onLog({ functionName, stream, line }));
  }
}

function exitError({ exitCode, signalCode }: ChildProcess): Ending {
  const how = exitCode === null ? `signal: ${signalCode}` : `exit status ${exitCode}`;
  return {
    errorType: 'Runtime.ExitError',
    errorMessage:
      exitCode === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: ${how}`,
  };
}
