import { expect, test } from 'vitest'
import { type Host, unit, way } from './host-access.testing.ts'

test.each<[string, Host, string | undefined]>([
  [
    'the environment file of a unit of root',
    {
      groups: { ops: 'ada' },
      paths: 'regular file/664/root/ops//etc/vllm/env',
      units: [unit({ user: '', environmentFiles: ['/etc/vllm/env'] })],
    },
    'group ops may write /etc/vllm/env, from which vllm.service has its variables → root',
  ],
  [
    'a file of logrotate’s that is hers',
    { open: 'f/644/ada/root//etc/logrotate.d/app' },
    'owns /etc/logrotate.d/app → root → (only once logrotate takes /etc/logrotate.d/app, which it refuses while others may write it)',
  ],
  [
    'what the unit of a server starts before it, as root',
    { started: 'root\tvllm.service\t/opt/pre', paths: 'regular file/775/root/ops//opt/pre', groups: { ops: 'ada' } },
    'group ops may write /opt/pre, which leads to what vllm.service runs → root',
  ],
  [
    'a folder that a job goes to, and takes nothing from',
    { cron: '* * * * * root cd /var/spool/x && /opt/backup --all', paths: 'directory/777/root/root//var/spool/x' },
    undefined,
  ],
  [
    'a folder that a job goes to, whose files it runs',
    { cron: '* * * * * root cd /srv/app && php artisan schedule:run', paths: 'directory/777/root/root//srv/app' },
    'every account may write /srv/app, which cron runs as root → root',
  ],
  [
    'a program of a unit of another that may do all',
    {
      groups: { ops: 'ada' },
      paths: 'regular file/775/root/ops//opt/vllm/bin/vllm',
      units: [unit({ properties: { AmbientCapabilities: 'cap_net_bind_service cap_dac_override' } })],
    },
    'group ops may write /opt/vllm/bin/vllm, which vllm.service runs with cap_dac_override → root',
  ],
  [
    'what a unit starts of an account that is named by its number',
    {
      groups: { ops: 'ada', docker: 'svc' },
      paths: 'regular file/775/root/ops//opt/run',
      started: '1004\trun.service\t/opt/run',
    },
    'group ops may write /opt/run, which leads to what run.service runs → account svc → group docker → root',
  ],
  [
    'a program of a unit of another in a group of root',
    {
      groups: { ops: 'ada', docker: '' },
      paths: 'regular file/775/root/ops//opt/vllm/bin/vllm',
      units: [unit({ supplementaryGroups: ['video', 'docker'] })],
    },
    'group ops may write /opt/vllm/bin/vllm, which vllm.service runs with group docker → root',
  ],
  [
    'variables of a unit of her own in such a group',
    {
      groups: { docker: '' },
      paths: 'regular file/644/ada/ada//etc/vllm/env',
      units: [unit({ user: 'ada', group: 'docker', environmentFiles: ['/etc/vllm/env'] })],
    },
    'owns /etc/vllm/env, which vllm.service reads with group docker → root',
  ],
  [
    'a program of a unit of another in none',
    {
      groups: { ops: 'ada' },
      paths: 'regular file/775/root/ops//opt/vllm/bin/vllm',
      units: [unit({ properties: { AmbientCapabilities: 'cap_net_bind_service' }, supplementaryGroups: ['video'] })],
    },
    undefined,
  ],
  [
    'a script that a script of cron starts',
    {
      groups: { ops: 'ada' },
      cron: '1 1 * * * root /opt/a.sh',
      hooks: 'calls\t/opt/a.sh\t/opt/b.sh\ncalls\t/opt/b.sh\t/opt/c.sh',
      paths: 'regular file/775/root/ops//opt/c.sh',
    },
    'group ops may write /opt/c.sh, which cron runs as root → root',
  ],
  [
    'one that a script of a unit starts',
    {
      groups: { ops: 'ada' },
      started: 'root\tbackup.service\t/opt/a.sh',
      hooks: 'calls\t/opt/a.sh\t/opt/b.sh',
      paths: 'regular file/775/root/ops//opt/b.sh',
    },
    'group ops may write /opt/b.sh, which leads to what backup.service runs → root',
  ],
  [
    'one that a hook starts by another',
    {
      groups: { ops: 'ada' },
      hooks: 'root\t/etc/logrotate.d/app\t/opt/a.sh\ncalls\t/opt/a.sh\t/opt/b.sh',
      paths: 'regular file/775/root/ops//opt/b.sh',
    },
    'group ops may write /opt/b.sh, which /etc/logrotate.d/app has root run → root',
  ],
  [
    'a script that nothing starts',
    { groups: { ops: 'ada' }, hooks: 'calls\t/opt/a.sh\t/opt/b.sh', paths: 'regular file/775/root/ops//opt/b.sh' },
    undefined,
  ],
  [
    'programs of supervisor',
    { paths: 'regular file/664/root/ops//etc/supervisor/conf.d/app.conf', groups: { ops: 'ada' } },
    'group ops may write /etc/supervisor/conf.d/app.conf → root',
  ],
  [
    'a folder above the program of a unit',
    {
      started: 'root\tbackup.service\t/opt/backup/run',
      paths: 'directory/755/root/root//opt\ndirectory/775/root/ops//opt/backup',
      groups: { ops: 'ada' },
    },
    'group ops may write /opt/backup, which leads to what backup.service runs → root',
  ],
  [
    'what su gives to another account in a job of root',
    { cron: "* * * * * root su - bob -c '/srv/tool/run.sh >/dev/null'", paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    undefined,
  ],
  [
    'what setpriv gives to another account in a job of root',
    { cron: '* * * * * root setpriv --reuid bob --regid bob -- /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    undefined,
  ],
  [
    'what su starts as root',
    { cron: '* * * * * root su -c /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  [
    'what su starts as root by its name',
    { cron: '* * * * * root su - root -c /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  [
    'what comes before su',
    { cron: '* * * * * root /srv/tool/run.sh && su bob -c true', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  [
    'a program that logrotate has root run',
    { hooks: 'root\t/etc/logrotate.d/app\t/opt/app/rotate', paths: 'regular file/755/ada/ada//opt/app/rotate' },
    'owns /opt/app/rotate, which /etc/logrotate.d/app has root run → root',
  ],
  [
    'a sticky folder in which a script of root looks for something',
    { hooks: 'root\t/etc/cron.daily/x\t/tmp', paths: 'directory/1777/root/root//tmp' },
    undefined,
  ],
  [
    'a folder where logins look for programs',
    { hooks: 'path\t/etc/profile.d/conda.sh\t/opt/conda/bin', paths: 'directory/755/ada/ada//opt/conda' },
    'owns /opt/conda, where /etc/profile.d/conda.sh has logins look for programs → root → (only when root logs in and starts one by its bare name)',
  ],
  [
    'a program of a unit that runs as herself',
    { started: 'ada\tmine.service\t/opt/mine', paths: 'regular file/755/ada/ada//opt/mine' },
    undefined,
  ],
  [
    'a program that nobody else writes',
    { started: 'root\tbackup.service\t/opt/run', paths: 'directory/755/root/root//opt\nregular file/755/root/root//opt/run' },
    undefined,
  ],
  [
    'a unit file of hers',
    {
      units: [
        unit({ paths: [{ path: '/etc/systemd/system/vllm.service', type: 'file', owner: 'ada', group: 'ada', mode: 0o644, line: 9 }] }),
      ],
    },
    'owns /etc/systemd/system/vllm.service, which leads to vllm.service → root',
  ],
  [
    'a folder above a program that root runs',
    { units: [unit({ user: '', paths: [{ path: '/opt/vllm', type: 'directory', owner: 'root', group: 'ada', mode: 0o775, line: 9 }] })] },
    'group ada may write /opt/vllm, which vllm.service runs → root',
  ],
  [
    'a program that cron runs',
    {
      cron: '* * * * * root /srv/tool/run.sh >/dev/null',
      paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh',
    },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  // As crontab(5) hands them to /bin/sh.
  ...[
    'root bash -c "/srv/tool/run.sh --all"',
    "root sh -c '/srv/tool/run.sh'",
    'root (/srv/tool/run.sh)',
    'root x=$(/srv/tool/run.sh)',
    'root echo `/srv/tool/run.sh`',
    'root LD_PRELOAD=/srv/tool/run.sh /usr/bin/true',
    'root true;/srv/tool/run.sh',
  ].map((job): [string, object, string] => [
    `a program that cron runs by ${job}`,
    { cron: `* * * * * ${job}`, paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh' },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ]),
  ...['SHELL=/srv/tool/run.sh', 'BASH_ENV = "/srv/tool/run.sh"', 'LD_LIBRARY_PATH=/opt/lib:/srv/tool/run.sh'].map(
    (variable): [string, object, string] => [
      `what cron is told by ${variable}`,
      {
        cron: `${variable}\n* * * * * root backup`,
        paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh',
      },
      'owns /srv/tool/run.sh, which cron runs as root → root',
    ],
  ),
  [
    'a variable of cron below the line',
    {
      cron: '* * * * * root backup\nSHELL=/srv/tool/run.sh',
      paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh',
    },
    undefined,
  ],
  [
    'what sudo gives to another account in a job of root',
    { cron: '* * * * * root cd / && /usr/bin/sudo -n -u bob /srv/tool/run.sh', paths: 'regular file/755/ada/root//srv/tool/run.sh' },
    undefined,
  ],
])('root by what root runs: %s', (_, host, expected) => expect(way(host, 'ada', 'become-root')).toBe(expected))
