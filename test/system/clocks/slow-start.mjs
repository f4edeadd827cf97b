/** Put before a function, has its process start 600 ms later. */
const endMs = performance.now() + 600;
// A timer may fire a little early.
while (performance.now() < endMs) {
  await new Promise((resolve) => setTimeout(resolve, endMs - performance.now()));
}

export const { handler } = await import('./original.mjs');
