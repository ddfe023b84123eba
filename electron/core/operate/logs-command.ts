import type { PrivilegedCommand } from '../probe/section.ts'

/** As many of the newest lines as one look at a journal brings. */
export const LOG_LINES = 500

/**
 * The one command that reads the journal of a unit, word by word, for sudoers: without `--all` a message of more than 4096 bytes, or one that is not
 * text, is not printed as text (journalctl(1)).
 */
export const logsCommand = (unit: string): PrivilegedCommand => ({
  argv: [
    '/usr/bin/journalctl',
    ...['--no-pager', '--quiet', '--output=json', '--output-fields=MESSAGE,PRIORITY,_PID,SYSLOG_IDENTIFIER'],
    `--lines=${LOG_LINES}`,
    `--unit=${unit}`,
  ],
  alternatives: ['/bin/journalctl'],
})
