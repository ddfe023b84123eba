import { DAY_MS } from '#shared/day.ts'
import { accountLines } from '../account-files.ts'
import { type Answer, lines } from '../answer.ts'
import { auditKeyOptions, type DemoHost } from '../demo-host.ts'

/** Section `access`: who can get in, and what lies open. Hosts of the demo leave nothing of root’s open but what `files` says. */
export function access(host: DemoHost): Answer {
  if (!host.sudo)
    return lines([
      ...['shadow', 'keys', 'open', 'acls', 'rules'].map((name) => `@${name} 126`),
      '@gshadow yes',
      '@lingering',
      '@last-logins lastlog',
      ...paths(host),
      ...jobs,
    ])
  const { keys = [], logins = [] } = host
  return lines([
    '@shadow 0',
    ...accountLines(host, '/etc/shadow').map((line) => {
      const [name, word = '', , , , , , expires = ''] = line.split(':')
      return `=${name}:${word.slice(0, 1)}:${expires}`
    }),
    ...host.groups.flatMap(({ name, members }) => (members.length > 0 ? [`=${name}::${members.join(',')}:`] : [])),
    '@keys 1',
    ...keys.map(({ account, text }, index) => `=${homeOf(host, account)}/.ssh/authorized_keys:${index + 1}:${text}`),
    // The one with which the probe came in, as section `os` prints it.
    `=/home/${host.account.name}/.ssh/authorized_keys:1:${auditKeyOptions(host)}ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'x'.repeat(43)} gatehouse`,
    '@open 1',
    '=d/755/root/root//etc/sudoers.d',
    '=d/755/root/root//etc/systemd/system',
    '=#1',
    '@acls 0',
    '@rules 0',
    '=/etc/crontab:17:17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly',
    '@gshadow yes',
    '@lingering',
    '@last-logins lastlog',
    '=Username         Port     From                                       Latest',
    ...logins.map(({ account, daysAgo }) => `=${account.padEnd(16)} pts/0    10.20.0.10       ${lastlogDate(daysAgo)}`),
    ...paths(host),
    ...jobs,
  ])
}

/** What Debian's own timers start; no script of a job lies outside the distribution's folders. */
const jobs = [
  '@timed 1',
  '=ExecStart={ path=/usr/sbin/logrotate ; argv[]=/usr/sbin/logrotate /etc/logrotate.conf ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }',
  '=Id=logrotate.service',
  '=',
  ...['@scripts', '=/etc/cron.daily/logrotate', '@scripts-unread', '@fetches'],
]

const homeOf = (host: DemoHost, account: string): string => host.accounts.find(({ name }) => name === account)?.home ?? '/nonexistent'

/** Homes below /home, as Debian makes them. */
const paths = ({ accounts }: DemoHost): readonly string[] => [
  '@paths',
  '=directory/755/root/root//',
  '=directory/755/root/root//home',
  ...accounts.flatMap(({ name, home }) => (home.startsWith('/home/') ? [`=directory/750/${name}/${name}/${home}`] : [])),
  '@links',
]

/** As lastlog prints it: `Tue Nov 24 10:03:12 +0000 2026`. */
function lastlogDate(daysAgo: number): string {
  const [, day = '', date = '', month = '', year = '', time = ''] =
    /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(new Date(Date.now() - daysAgo * DAY_MS).toUTCString()) ?? []
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${time} +0000 ${year}`
}
