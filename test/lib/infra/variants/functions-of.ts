import { join } from 'node:path';
import { z } from 'zod';
import { Stack } from '../../../../lib/local/template/stack.ts';
import type { SynthesizedVariant } from './synthesized-variant.ts';

const functionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).default({}) }).prefault({}),
});

/** A function as Lambda would have it. */
export interface DeployedFunction {
  readonly logicalId: string;
  /** The folder of its code. */
  readonly folder: string;
  /** Its environment variables, resolved. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Every function of a variant. */
export function functionsOf({ outdir, templates }: SynthesizedVariant): DeployedFunction[] {
  return [...templates.values()].flatMap((template) => {
    const stack = new Stack('Test', template);
    return stack.idsOfType('AWS::Lambda::Function').map((logicalId) => {
      const { Code, Environment } = functionSchema.parse(stack.properties(logicalId));
      const folder = join(outdir, `asset.${Code.S3Key.replace(/\.zip$/, '')}`);
      return { logicalId, folder, variables: Environment.Variables };
    });
  });
}
