import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { referencesIn } from '../../../lib/local/template/intrinsics.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized();
});

const idsOf = (template: Template, type: string, part: string) =>
  Object.keys(template.findResources(type)).filter((id) => id.includes(part));

/** All that CloudFormation has finished before it turns to a resource. */
function finishedBefore(
  template: Template,
  logicalId: string,
  seen = new Set<string>(),
): Set<string> {
  const resource = template.toJSON().Resources[logicalId];
  if (!resource) return seen;
  for (const id of [...[resource.DependsOn ?? []].flat(), ...referencesIn(resource.Properties)]) {
    if (seen.has(id)) continue;
    seen.add(id);
    finishedBefore(template, id, seen);
  }
  return seen;
}

describe('a deployment', () => {
  it('calls the new selector first, then measures new versions; then callers reach them, the selector last', () => {
    const { template } = made;
    const [check = ''] = Object.keys(template.findResources('Custom::MdInferenceSelectorCheck'));
    const [profiles = ''] = Object.keys(template.findResources('Custom::MdInferenceProfiles'));
    const versions = idsOf(template, 'AWS::Lambda::Version', 'Model');
    const aliases = idsOf(template, 'AWS::Lambda::Alias', 'Model');
    const [selectorVersion = ''] = idsOf(template, 'AWS::Lambda::Version', 'Selector');
    const [selector = ''] = idsOf(template, 'AWS::Lambda::Alias', 'Selector');
    expect(versions).toHaveLength(made.service.models.size);
    expect(aliases).toHaveLength(made.service.models.size);

    expect(finishedBefore(template, check).has(selectorVersion)).toBe(true);
    const beforeProfiles = finishedBefore(template, profiles);
    expect([...beforeProfiles]).toEqual(expect.arrayContaining([check, ...versions]));
    for (const alias of aliases) {
      expect(beforeProfiles.has(alias)).toBe(false);
      expect(finishedBefore(template, alias).has(profiles)).toBe(true);
    }
    expect(beforeProfiles.has(selector)).toBe(false);
    expect([...finishedBefore(template, selector)]).toEqual(expect.arrayContaining(aliases));
  });

  it('calls exactly the selector that its alias moves to', () => {
    const { template, stack, service } = made;
    const [check] = propertiesOf(template, 'Custom::MdInferenceSelectorCheck');
    expect(check?.version).toEqual(stack.resolve(service.selector.live.version.functionArn));
  });

  it('does not wait for an hour for custom resources whose function is gone', () => {
    const { template } = made;
    const resources = Object.values(template.toJSON().Resources as object).filter(({ Type }) =>
      Type.startsWith('Custom::'),
    );
    expect(resources).toHaveLength(3);
    for (const { Properties } of resources) expect(Properties.ServiceTimeout).toBe('1140');
  });

  it('measures exactly the versions that the aliases move to', () => {
    const { template, stack, service } = made;
    const [profiles] = propertiesOf(template, 'Custom::MdInferenceProfiles');
    const versions = [...service.models].map(([name, { live }]) => [
      name,
      stack.resolve(live.version.functionArn),
    ]);
    expect(profiles?.versions).toEqual(Object.fromEntries(versions));
  });

  it('has the HTTP API call the selector’s alias', () => {
    const { template, stack, service } = made;
    for (const { IntegrationUri } of propertiesOf(template, 'AWS::ApiGatewayV2::Integration')) {
      expect(IntegrationUri).toEqual(stack.resolve(service.selector.live.functionArn));
    }
  });
});

describe('a model’s version', () => {
  const versionsOf = ({ template }: typeof made) =>
    idsOf(template, 'AWS::Lambda::Version', 'Model');

  it('is another when its memory is another, and no other model’s is', () => {
    const changed = synthesized({ models: { 'nano-24': { memoryMb: 512 } } });
    const others = versionsOf(changed).filter((id) => !versionsOf(made).includes(id));
    expect(others).toEqual([expect.stringContaining('nano24')]);
  });

  it('stays when only the selector is another', () => {
    const changed = synthesized({ strategy: 'pure-random', auth: 'none', defaultSlaMs: 99 });
    expect(versionsOf(changed)).toEqual(versionsOf(made));
    const [selector] = idsOf(changed.template, 'AWS::Lambda::Version', 'Selector');
    expect(idsOf(made.template, 'AWS::Lambda::Version', 'Selector')).not.toEqual([selector]);
  });
});
