import { afterAll, vi } from 'vitest';
import { removeTemporaryFolders } from '../fixtures/temporary-folder.ts';

// Files share a process: none leaves anything to the next one.
afterAll(() => {
  removeTemporaryFolders();
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
