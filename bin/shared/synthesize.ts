import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import cdkJson from '../../cdk.json' with { type: 'json' };

// A source beside a source, compiled code beside compiled code.
const appPath = fileURLToPath(new URL(`../app${extname(import.meta.url)}`, import.meta.url));

/**
 * Synthesizes the CDK app of `bin/` as the CDK command line does, in a process of its own and with the
 * feature flags of `cdk.json`.
 *
 * @param options - the folder to write the assembly to, and CDK context
 * @returns the folder of the assembly
 * @throws Error when the app fails, with what it wrote to standard error
 */
export async function synthesize(options: {
  output: string;
  context: Record<string, string>;
}): Promise<string> {
  const app = spawn(process.execPath, [appPath], {
    env: {
      ...process.env,
      // What is not deployed need not be validated, which takes longer than all the rest.
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: options.output,
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, ...options.context }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  app.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const [code, signal] = await once(app, 'close');
  if (code === 0) return options.output;
  throw new Error(reasonIn(said) ?? `the CDK app ended with ${signal ?? `exit code ${code}`}`);
}

/**
 * Why a Node program failed, from what it wrote to standard error: the message of the error that ended it,
 * which Node prints below a place in the source; else the last line.
 */
function reasonIn(said: string): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim());
  const uncaught = lines.find((line) => /^(?:(?:[A-Z]\w*)?Error\b.*?|FATAL ERROR): ./.test(line));
  return uncaught?.replace(/^[\w ]+(?: \[\w+\])?: /, '') ?? lines.at(-1);
}
