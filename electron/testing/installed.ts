import { spawnSync } from 'node:child_process'

/** Whether this machine has a program, whatever that says of the word it is given. */
export const isInstalled = (program: string): boolean => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined

const those = (programs: readonly (readonly string[])[]) => programs.filter(([program = '']) => isInstalled(program))

/**
 * What /bin/sh is on hosts (Debian, RHEL, Alpine), as far as this machine has it; each with its words. A bash that is called sh is in POSIX
 * mode, and reads no ~/.bashrc, as it does by any other name where its input is a socket (bash(1), "Invoked by remote shell daemon").
 */
export const shells = those([['dash'], ['bash', '--posix', '--norc'], ['busybox', 'sh']])

/** What awk is on hosts: of Debian, of Ubuntu with gawk and of RHEL, of Alpine. */
export const awks = those([['mawk'], ['gawk'], ['busybox', 'awk']])

/** What sed is on hosts: of GNU, of Alpine. */
export const seds = those([['sed'], ['busybox', 'sed']])
