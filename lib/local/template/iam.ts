import { z } from 'zod';
import type { ConditionContext } from '../shared/calls.ts';
import type { Stack } from './stack.ts';

const strings = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: strings.optional(),
  NotAction: strings.optional(),
  Resource: strings.optional(),
  NotResource: strings.optional(),
  Condition: z.record(z.string(), z.record(z.string(), strings)).default({}),
});
type Statement = z.infer<typeof statementSchema>;

const conditionOperator = /^(?:(ForAllValues|ForAnyValue):)?(StringEquals|StringLike)$/;

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
 * neither does a statement with a condition that cannot be evaluated here.
 *
 * @param action - IAM's name, e.g. `lambda:InvokeFunction`
 * @param resourceArn - an ARN of this machine, as the runner records it
 * @param context - values of condition keys, as the runner records them
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function allowedBy(
  stack: Stack,
  functionLogicalId: string,
  action: string,
  resourceArn: string,
  context: ConditionContext = {},
): boolean {
  const matching = statementsOf(stack, functionLogicalId).filter((statement) =>
    covers(statement, action, resourceArn),
  );
  // A condition that is not known here neither allows nor lets a denial pass.
  const isDenied = matching.some((it) => it.Effect === 'Deny' && holds(it, context) !== false);
  return !isDenied && matching.some((it) => it.Effect === 'Allow' && holds(it, context) === true);
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

/** Whether a statement's conditions hold; undefined when an operator or a value is not known here. */
function holds({ Condition }: Statement, context: ConditionContext): boolean | undefined {
  const results = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, patterns]) => compare(operator, patterns, context[key])),
  );
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
function compare(
  operator: string,
  patterns: readonly string[],
  values: readonly string[] | undefined,
): boolean | undefined {
  const [, quantifier, comparison] = conditionOperator.exec(operator) ?? [];
  if (comparison === undefined || values === undefined) return undefined;
  const matches = (value: string) =>
    patterns.some((it) => (comparison === 'StringLike' ? fits(it, value) : it === value));
  return quantifier === 'ForAnyValue' ? values.some(matches) : values.every(matches);
}

/** IAM's wildcards: `*` is anything, `?` one character. */
function fits(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
