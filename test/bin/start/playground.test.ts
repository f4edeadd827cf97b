import { describe, expect, it } from 'vitest';
import { playgroundAssets, playgroundFiles } from '../../../bin/start/playground.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { readCatalogue } from '../../../lib/service/catalogue/load.ts';

const directory = resolveCatalogue('shapes');
const catalogue = readCatalogue(directory);
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('the playground’s files', () => {
  const files = playgroundFiles(directory, catalogue);

  it('are the page with all it refers to, the device’s model and the samples', () => {
    const page = text(files.get('/')?.bytes);
    const referred = [...page.matchAll(/(?:src|href)="(\/playground\/[^"]+)"/g)];
    expect(referred.length).toBeGreaterThanOrEqual(3);
    for (const [, path = ''] of referred) expect(files.has(path), path).toBe(true);
    for (const file of ['resnet-24-views4.onnx', 'samples/gear.jpg']) {
      expect(files.get(`/playground/catalogue/${file}`)?.bytes.length).toBeGreaterThan(1_000);
    }
    expect(files.has('/playground/catalogue/resnet-128-views16.onnx')).toBe(false);
  });

  it('come with a policy that lets nothing in from elsewhere', () => {
    for (const { headers } of files.values()) {
      const policy = headers?.['content-security-policy'];
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
    }
  });

  it('name no other server', () => {
    const assets = playgroundAssets();
    for (const name of ['index.html', 'main.js', 'styles.css']) {
      const addresses = text(assets.get(name)).match(/https?:\/\/[\w.-]+/g) ?? [];
      // Namespaces of XML, and what a file of Git LFS begins with.
      const named = /www\.w3\.org|git-lfs\.github\.com$/;
      expect(addresses.filter((address) => !named.test(address))).toEqual([]);
    }
  });

  it('have no model when the catalogue names none for devices', () => {
    const { onDevice, ...cloudOnly } = catalogue;
    const ofOthers = playgroundFiles(directory, cloudOnly);
    const served = JSON.parse(
      text(ofOthers.get('/playground/catalogue/catalogue.json')?.bytes),
    ) as typeof catalogue;
    expect(served.models).toEqual([]);
    expect([...ofOthers.keys()].filter((path) => path.endsWith('.onnx'))).toEqual([]);
  });
});
