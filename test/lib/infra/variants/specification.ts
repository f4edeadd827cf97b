import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Attribute, Property, PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types';
import { referencesIn } from '../../../../lib/local/template/intrinsics.ts';

/** A CloudFormation template, as it is deployed. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly UpdatePolicy?: unknown;
}

interface Specified {
  readonly properties: Readonly<Record<string, Property>>;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** The specification takes 2 s to load. */
let specification: SpecDatabase | undefined;

function specified(type: string): Specified | undefined {
  specification ??= loadAwsServiceSpecSync();
  return specification.lookup('resource', 'cloudFormationType', 'equals', type).at(0);
}

/** Resources whose attributes are for others to say: of custom resources, and of nested stacks. */
const isOpen = (type: string) =>
  /^Custom::|^AWS::CloudFormation::(CustomResource|Stack)$/.test(type);

/**
 * What is wrong with a template by the CloudFormation resource specification: unknown and missing properties,
 * values of another type, references to what is not there, circles. One line each.
 */
export function faultsOf(template: Template): string[] {
  const { Resources, Outputs = {} } = template;
  const resources = Object.entries(Resources);
  return [
    ...resources.flatMap(([id, { Type, Properties = {} }]) => {
      if (isOpen(Type)) return [];
      const known = specified(Type);
      return known ? faultsIn(Properties, known.properties, id) : [`${id}: there is no ${Type}`];
    }),
    ...resources.flatMap(([id, resource]) => danglingIn(resource, template, id)),
    ...Object.entries(Outputs).flatMap(([id, output]) => danglingIn(output, template, id)),
    ...circleIn(Resources),
  ];
}

function faultsIn(
  value: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, Property>>,
  path: string,
): string[] {
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required && value[name] === undefined)
    .map(([name]) => `${path}: ${name} is missing`);
  const wrong = Object.entries(value).flatMap(([name, item]) => {
    const property = properties[name];
    if (!property) return [`${path}: there is no ${name}`];
    const types = [property.type, ...(property.previousTypes ?? [])];
    return bestOf(types.map((type) => typeFaults(item, type, `${path}.${name}`)));
  });
  return [...missing, ...wrong];
}

function typeFaults(value: unknown, type: PropertyType, path: string): string[] {
  if (isIntrinsic(value)) return [];
  const not = (what: string) => [`${path}: ${JSON.stringify(value)} is no ${what}`];
  switch (type.type) {
    case 'string':
    case 'date-time':
      return typeof value === 'string' ? [] : not('string');
    case 'boolean':
      return typeof value === 'boolean' ? [] : not('boolean');
    case 'integer':
      return Number.isInteger(value) ? [] : not('integer');
    case 'number':
      return Number.isFinite(value) ? [] : not('number');
    case 'json':
      return isRecord(value) ? [] : not('object');
    case 'null':
      return not('value');
    case 'tag':
      return isRecord(value) && 'Key' in value && 'Value' in value ? [] : not('tag');
    case 'array':
      if (!Array.isArray(value)) return not('list');
      return value.flatMap((item, i) => typeFaults(item, type.element, `${path}[${i}]`));
    case 'map':
      if (!isRecord(value)) return not('map');
      return Object.entries(value).flatMap(([key, item]) =>
        typeFaults(item, type.element, `${path}.${key}`),
      );
    case 'union':
      return bestOf(type.types.map((each) => typeFaults(value, each, path)));
    case 'ref': {
      if (!isRecord(value)) return not('object');
      const { properties } = specification?.get('typeDefinition', type.reference.$ref) ?? {};
      return faultsIn(value, properties ?? {}, path);
    }
  }
}

/** The faults by the reading that has the fewest. */
function bestOf(readings: readonly string[][]): string[] {
  return readings.reduce((best, faults) => (faults.length < best.length ? faults : best));
}

/** References to resources, parameters and attributes that are not there. */
function danglingIn(value: unknown, template: Template, path: string): string[] {
  const { Resources, Parameters = {} } = template;
  const { DependsOn = [] } = (value ?? {}) as Partial<TemplateResource>;
  const lost = [...referencesIn(value), ...[DependsOn].flat()]
    .filter((id) => !id.startsWith('AWS::') && !(id in Resources) && !(id in Parameters))
    .map((id) => `${path}: there is no ${id}`);
  const attributes = attributesIn(value).flatMap(([id, attribute]) => {
    const type = Resources[id]?.Type;
    if (!type || isOpen(type)) return [];
    return attribute in (specified(type)?.attributes ?? {})
      ? []
      : [`${path}: ${type} ${id} has no ${attribute}`];
  });
  return [...lost, ...attributes];
}

function attributesIn(value: unknown): [id: string, attribute: string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]): [string, string][] => {
    if (key === 'Fn::GetAtt') return [[String(item[0]), String(item[1])]];
    if (key !== 'Fn::Sub') return attributesIn(item);
    const names = Array.from(String([item].flat()[0]).matchAll(/\$\{([^!}.]+)\.([^}]+)\}/g));
    return names.map(([, id = '', attribute = '']) => [id, attribute]);
  });
}

/** The first circle of resources of which each has to be there before the next. */
function circleIn(resources: Template['Resources']): string[] {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] => {
    if (path.includes(id))
      return [`a circle: ${[...path.slice(path.indexOf(id)), id].join(' < ')}`];
    const resource = resources[id];
    if (!resource || done.has(id)) return [];
    const { DependsOn = [], Properties, UpdatePolicy } = resource;
    const before = [...[DependsOn].flat(), ...referencesIn([Properties, UpdatePolicy])];
    const found = before.flatMap((each) => visit(each, [...path, id]));
    done.add(id);
    return found.slice(0, 1);
  };
  return Object.keys(resources)
    .flatMap((id) => visit(id, []))
    .slice(0, 1);
}

function isIntrinsic(value: unknown): boolean {
  const keys = isRecord(value) ? Object.keys(value) : [];
  return keys.length === 1 && /^(Ref|Fn::.+)$/.test(String(keys[0]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
