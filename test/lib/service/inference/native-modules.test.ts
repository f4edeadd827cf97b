import { describe, expect, it } from 'vitest';
import {
  loadNative,
  type Machine,
  NativeModuleError,
  nativeModuleFault,
} from '../../../../lib/service/inference/native-modules.ts';

const faultOn = (platform: NodeJS.Platform, arch: string, hasGlibc = platform === 'linux') =>
  nativeModuleFault({ platform, arch, hasGlibc } satisfies Machine);

describe('nativeModuleFault', () => {
  it('finds nothing wrong with this machine', () => {
    expect(nativeModuleFault()).toBeUndefined();
  });

  it('names what a machine lacks, on one line, and what to do', () => {
    expect(faultOn('linux', 'x64', false)).toMatch(/needs glibc.*Alpine.*node:24-slim/);
    expect(faultOn('darwin', 'x64')).toMatch(/no binaries for Macs with Intel processors/);
    expect(faultOn('freebsd', 'x64')).toMatch(/no binaries for freebsd-x64/);
    expect(faultOn('linux', 'riscv64')).toMatch(/no binaries for linux-riscv64/);
    for (const fault of [faultOn('linux', 'x64', false), faultOn('darwin', 'x64')]) {
      expect(fault).not.toContain('\n');
    }
  });

  it('finds that sharp was installed without its optional binaries', () => {
    // Those of other machines are not here: the same as on such a machine with omit=optional.
    const other = process.platform === 'win32' ? 'linux' : 'win32';
    expect(faultOn(other, 'arm64')).toBe(
      `@img/sharp-${other}-arm64, sharp's code for this machine, is not installed: npm install --include=optional`,
    );
  });
});

describe('loadNative', () => {
  it('says which module cannot be loaded, and keeps the reason', () => {
    expect(() => loadNative('no-such-module')).toThrow(NativeModuleError);
    expect(() => loadNative('no-such-module')).toThrow(
      /^no-such-module cannot be loaded: Cannot find/,
    );
  });
});
