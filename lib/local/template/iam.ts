import { z } from 'zod';
import type { Stack } from './stack.ts';

const strings = z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional();

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: strings,
  NotAction: strings,
  Resource: strings,
  NotResource: strings,
  Condition: z.unknown().optional(),
});
type Statement = z.infer<typeof statementSchema>;

const documentSchema = z.object({
  Statement: z.union([statementSchema.transform((one) => [one]), z.array(statementSchema)]),
});

const attachedSchema = z.object({
  PolicyDocument: documentSchema,
  Roles: z.array(z.string()).default([]),
});

const roleSchema = z.object({
  Policies: z.array(z.object({ PolicyDocument: documentSchema })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
});

/**
 * True if the role that the template gives a function allows an action: some statement allows it,
 * none denies it. Policies that AWS manages are outside the template and allow nothing here;
 * neither does a statement with a condition.
 *
 * @param action - IAM's name, e.g. `lambda:InvokeFunction`
 * @param resourceArn - an ARN of this machine, as the runner records it
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function allowedBy(
  stack: Stack,
  functionLogicalId: string,
  action: string,
  resourceArn: string,
): boolean {
  const matching = statementsOf(stack, functionLogicalId).filter((statement) =>
    covers(statement, action, resourceArn),
  );
  const isDenied = matching.some(({ Effect }) => Effect === 'Deny');
  return !isDenied && matching.some((it) => it.Effect === 'Allow' && it.Condition === undefined);
}

function statementsOf(stack: Stack, functionLogicalId: string): Statement[] {
  const roleArn = stack.properties(functionLogicalId).Role;
  const roleId = stack
    .idsOfType('AWS::IAM::Role')
    .find((id) => stack.resolve({ 'Fn::GetAtt': [id, 'Arn'] }) === roleArn);
  if (!roleId) return [];
  const role = roleSchema.parse(stack.properties(roleId));
  const roleName = stack.physicalId(roleId);
  const attached = stack
    .idsOfType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')
    .map((id) => ({ ref: stack.physicalId(id), ...attachedSchema.parse(stack.properties(id)) }))
    .filter(({ ref, Roles }) => Roles.includes(roleName) || role.ManagedPolicyArns.includes(ref));
  return [...role.Policies, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function covers(statement: Statement, action: string, resourceArn: string): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  const isAction = Action
    ? Action.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase()))
    : !NotAction?.some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase()));
  const isResource = Resource
    ? Resource.some((pattern) => fits(pattern, resourceArn))
    : !NotResource?.some((pattern) => fits(pattern, resourceArn));
  return isAction && isResource;
}

/** IAM's wildcards: `*` is anything, `?` one character. */
function fits(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
