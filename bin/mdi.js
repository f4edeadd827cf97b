#!/usr/bin/env node

// Of a clone, which runs from its sources; the package has what the compiler makes of mdi.ts instead.
if (process.features.typescript) {
  await import('./mdi.ts');
} else {
  console.error(
    `mdi: a clone runs on Node 24, this is ${process.version}: install that (on Linux x64 npm ci brings one, which npm start and npx mdi take)`,
  );
  process.exitCode = 1;
}
