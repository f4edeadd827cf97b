/** Put before a function, has its host's clock be ahead by TEST_CLOCK_AHEAD_MS. */
const aheadMs = Number(process.env.TEST_CLOCK_AHEAD_MS);
const { now } = Date;
Date.now = () => now() + aheadMs;
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + aheadMs });

export const { handler } = await import('./original.mjs');
