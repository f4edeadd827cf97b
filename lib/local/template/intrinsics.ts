import { AssemblyError } from '../shared/errors.ts';

/** What `Ref` and `Fn::GetAtt` stand for. */
export interface References {
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
}

/** The parts of a template that intrinsics look things up in. */
export interface LookupTables {
  readonly Mappings?: Readonly<Record<string, unknown>> | undefined;
  readonly Conditions?: Readonly<Record<string, unknown>> | undefined;
}

type Intrinsic = (argument: unknown) => unknown;

/**
 * A function that replaces every CloudFormation intrinsic in a value; `AWS::NoValue` drops its key.
 *
 * @throws {@link AssemblyError} (the returned function) at an intrinsic that needs an AWS account
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export function createResolver(
  tables: LookupTables,
  references: References,
): (value: unknown) => unknown {
  const condition = (name: unknown) => resolve(tables.Conditions?.[String(name)]) === true;

  const intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: (id) => references.ref(String(id)),
    Condition: condition,
    'Fn::GetAtt': (argument) => {
      const [id, attribute] = getAttTarget(argument);
      return references.getAtt(id, String(resolve(attribute)));
    },
    'Fn::Join': (argument) => {
      const [separator, parts] = list(argument);
      return list(resolve(parts)).join(String(separator));
    },
    'Fn::Sub': (argument) => substitute(argument),
    'Fn::Select': (argument) => {
      const [index, values] = list(argument);
      return list(resolve(values))[Number(resolve(index))];
    },
    'Fn::Split': (argument) => {
      const [separator, text] = list(argument);
      return String(resolve(text)).split(String(separator));
    },
    'Fn::If': (argument) => {
      const [name, whenTrue, whenFalse] = list(argument);
      return resolve(condition(name) ? whenTrue : whenFalse);
    },
    'Fn::Equals': (argument) => {
      const [left, right] = list(resolve(argument));
      return String(left) === String(right);
    },
    'Fn::And': (argument) => list(argument).every((part) => resolve(part) === true),
    'Fn::Or': (argument) => list(argument).some((part) => resolve(part) === true),
    'Fn::Not': (argument) => resolve(list(argument)[0]) !== true,
    'Fn::FindInMap': (argument) => {
      const [map, ...keys] = list(resolve(argument));
      return [map, ...keys].reduce<unknown>(
        (found, key) => record(found)[String(key)],
        tables.Mappings,
      );
    },
    'Fn::Base64': (argument) => Buffer.from(String(resolve(argument))).toString('base64'),
    'Fn::GetAZs': () => ['us-east-1a', 'us-east-1b'],
    'Fn::ImportValue': () => needsAccount('Fn::ImportValue'),
    'Fn::Transform': () => needsAccount('Fn::Transform'),
  };

  function substitute(argument: unknown): string {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in record(variables)) return String(resolve(record(variables)[name]));
      if (!name.includes('.')) return String(references.ref(name));
      const [id, attribute] = getAttTarget(name);
      return String(references.getAtt(id, String(attribute)));
    });
  }

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (first && entries.length === 1) {
      const intrinsic = intrinsics[first[0]];
      if (intrinsic) return intrinsic(first[1]);
    }
    const resolved = entries.map(([key, item]) => [key, resolve(item)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
  }

  return resolve;
}

/** The logical ids that a value refers to through `Ref`, `Fn::GetAtt` or `Fn::Sub`. */
export function referencesIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const visit = (item: unknown): void => {
    if (typeof item !== 'object' || item === null) return;
    for (const [key, argument] of Object.entries(item)) {
      if (key === 'Ref') found.add(String(argument));
      else if (key === 'Fn::GetAtt') found.add(getAttTarget(argument)[0]);
      else if (key === 'Fn::Sub') {
        const text = String(Array.isArray(argument) ? argument[0] : argument);
        for (const [, id] of text.matchAll(/\$\{([^!}.][^}.]*)/g)) if (id) found.add(id);
      }
      visit(argument);
    }
  };
  visit(value);
  return found;
}

function getAttTarget(argument: unknown): [id: string, attribute: unknown] {
  if (Array.isArray(argument)) return [String(argument[0]), argument[1]];
  const text = String(argument);
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function needsAccount(name: string): never {
  throw new AssemblyError(`${name} needs an AWS account: the local runner cannot resolve it`);
}
