/** The least severe lines that functions log. */
export const logLevels = ['INFO', 'WARN', 'ERROR'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];
