/** For progress bars: outside a terminal, in a log, a line a minute is enough. */
export const onceAMinute = { noTTYOutput: true, notTTYSchedule: 60_000 };
