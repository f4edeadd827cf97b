import { createHash } from 'node:crypto';

/** The longest name that Lambda gives a function. */
const longestName = 64;

/** The longest name of a deployment: it begins the names of the models' functions. */
export const longestDeployment = 32;

/**
 * The name of a model's function, the same at every deployment, so that the selector finds it without being
 * told in its environment (4 KB are too little for many models), and is allowed to by the prefix that no
 * other deployment has.
 *
 * @param deployment - at most {@link longestDeployment} characters
 * @param part - what tells the function apart within the deployment, such as the model's name
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html#lambda-CreateFunction-request-FunctionName
 */
export function functionNameOf(deployment: string, part: string): string {
  const room = longestName - deployment.length - 1;
  const allowed = part.replaceAll(/[^A-Za-z0-9_-]/g, '-');
  if (allowed === part && part.length <= room) return `${deployment}-${part}`;
  const hash = createHash('sha256').update(part).digest('hex').slice(0, 8);
  return `${deployment}-${allowed.slice(0, room - hash.length - 1)}-${hash}`;
}
