import { afterAll, vi } from 'vitest';
import { removeTemporaryFolders } from '../fixtures/temporary-folder.ts';

const { setTimeout: realSetTimeout } = globalThis;

// Files share a process: none leaves anything to the next one.
afterAll(() => {
  removeTemporaryFolders();
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  if (globalThis.setTimeout !== realSetTimeout) {
    throw new Error('fake timers are left: restore what is spied on before the timers');
  }
});
