export const ExitCode = { clean: 0, findings: 1, couldNotRun: 2 } as const

/** The command line itself is wrong. */
export class UsageError extends Error {}
