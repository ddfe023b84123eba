import { expect, test } from 'vitest'
import { keeperOf } from './keepers.ts'

/** Rows as ps of Debian 12 printed them for supervisor 4.2.5, PM2 7.0.4, s6 2.11, runit 2.1.2, tmux 3.3a and screen 4.9. */
test.each<[string, readonly (readonly [string, string])[], string | undefined]>([
  ['supervisord', [['supervisord', '/usr/bin/python3 /usr/bin/supervisord -n -c /etc/supervisor/supervisord.conf']], 'supervisord'],
  ['PM2', [['PM2 v7.0.4: God', 'PM2 v7.0.4: God Daemon (/home/pmu/.pm2)']], 'PM2'],
  [
    's6',
    [
      ['s6-svscan', '/usr/bin/s6-svscan /srv/s6'],
      ['s6-supervise', 's6-supervise llama'],
    ],
    's6',
  ],
  [
    'runit',
    [
      ['runsvdir', '/usr/bin/runsvdir -P /etc/service'],
      ['runsv', 'runsv llama'],
    ],
    'runit',
  ],
  ['tmux', [['tmux: server', 'tmux new-session -d -s llm vllm serve m']], 'tmux'],
  ['screen', [['screen', 'SCREEN -dmS llm vllm serve m']], 'GNU Screen'],
  [
    'a shell in tmux',
    [
      ['tmux: server', 'tmux'],
      ['bash', '-bash'],
    ],
    'tmux',
  ],
  ['a shell', [['bash', '-bash']], undefined],
  ['a file that is called so', [['vi', 'vi /etc/supervisord.conf']], undefined],
  ['nothing', [], undefined],
])('%s', (_, above, expected) => {
  const rows = [['systemd', '/sbin/init'], ...above, ['vllm', 'vllm serve m']]
  const processes = rows.map(([name = '', argv = ''], index) => ({
    ...{ pid: index + 1, ppid: index, user: 'ada', uid: 1000, name, argv: argv.split(' '), line: index + 1 },
  }))
  expect(keeperOf(processes.length, processes)?.name).toBe(expected)
})
