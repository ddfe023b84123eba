import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { privilegeRuntime, setupRuntime } from './shell-runtime.ts'

/**
 * What sudo says when it refuses: sudo 1.8 and 1.9 (plugins/sudoers/logging.c, auth/sudo_auth.c, sudo.c) and sudo-rs, by their sources and man
 * pages. The usual ones are also met for real in sudo.test.ts.
 */
const refusals = [
  'sudo: a password is required',
  'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required',
  'sudo: no tty present and no askpass program specified',
  'sudo: sorry, you must have a tty to run sudo',
  'sudo: unable to resolve host gpu-01: Name or service not known\nsudo: a password is required',
  'sudo: /etc/sudoers is world writable\nsudo: no valid sudoers sources found, quitting',
  "Sorry, user audit is not allowed to execute '/usr/sbin/nginx -T' as root on gpu-01.",
  'audit is not in the sudoers file.',
  'audit is not in the sudoers file.  This incident will be reported.',
  'audit is not allowed to run sudo on gpu-01.  This incident will be reported.',
  'Sorry, user audit may not run sudo on gpu-01.',
  "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set or an NFS file system without root privileges?",
  'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.',
  'sudo: account validation failure, is your account locked?',
  'sudo: interactive authentication is required',
  "sudo-rs: I'm sorry audit. I'm afraid I can't do that",
  "sudo: I'm sorry audit. I'm afraid I can't do that",
]
/** Complaints of the command itself, which ran. */
const complaints = [
  '',
  'sudo: unable to resolve host gpu-01: Name or service not known',
  'sudo: unable to resolve host gpu-01: Name or service not known\nnginx: [emerg] unknown directive',
  'sudo: unable to send audit message: Operation not permitted',
  'sudo: /etc/sudoers.d/ops is owned by gid 1204, should be 0\nfind: /etc/doas.d: No such file or directory',
  'sudo: /etc/sudoers.d is world writable',
  'grep: /etc/sudoers: Permission denied',
  'ERROR: You need to be root to run this script',
  'nginx: configuration file /etc/nginx/nginx.conf test failed',
]

const shells: readonly (readonly [string, readonly string[]])[] = [
  ['/usr/bin/dash', []],
  ['/usr/bin/bash', []],
  ['/usr/bin/busybox', ['sh']],
]

// What programs print is read as they say it in English, in UTC, uncoloured and unwrapped.
test.each(shells)('%s %j: the language and habits of a login do not reach what is asked', (program, applet) => {
  const login = {
    ...{
      PATH: '/home/ada/bin',
      HOME: '/home/ada',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'de_DE.UTF-8',
      LC_MESSAGES: 'de_DE.UTF-8',
      LANGUAGE: 'de',
      TZ: 'Asia/Tokyo',
    },
    ...{ TERM: 'xterm', COLUMNS: '20', GREP_OPTIONS: '-v', POSIXLY_CORRECT: '1', SYSTEMD_COLORS: '1', DOCKER_HOST: 'tcp://elsewhere:2375' },
  }
  const asked = `gh_find() { :; }\n${setupRuntime}\nexec env`
  const { stdout } = spawnSync(program, [...applet, '-c', asked], { encoding: 'utf8', env: login })
  const found = Object.fromEntries([...stdout.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  expect(found).toMatchObject({ LC_ALL: 'C', TZ: 'UTC', TERM: 'dumb', PATH: expect.stringMatching(/^\/usr\/local\/sbin:/) })
  const habits = ['LANGUAGE', 'COLUMNS', 'GREP_OPTIONS', 'POSIXLY_CORRECT', 'SYSTEMD_COLORS', 'DOCKER_HOST']
  expect(habits.filter((name) => Object.hasOwn(found, name))).toEqual([])
})

describe.each(shells)('%s %j tells a refusal of sudo from a complaint of the command', (program, applet) => {
  const refused = (words: string) =>
    spawnSync(program, [...applet, '-c', `${privilegeRuntime}\ngh_refused "$1"`, 'sh', words], { encoding: 'utf8' }).status === 0

  test.each(refusals)('refused: %s', (words) => expect(refused(words)).toBe(true))
  test.each(complaints)('ran: %s', (words) => expect(refused(words)).toBe(false))
})
