import { expect, test } from 'vitest'
import { type Host, unit, way } from './host-access.testing.ts'

test.each<[string, Host, string | undefined]>([
  ['status of a systemd that is new', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/systemctl status vllm' }, undefined],
  [
    'a path of its caller',
    { sudoers: 'Defaults:ada !secure_path\nada ALL=NOPASSWD: /opt/run' },
    'sudo /opt/run → root → (only if what it runs does as variables of its caller say)',
  ],
  [
    'a variable that is kept',
    { sudoers: 'Defaults env_keep += "PYTHONPATH LANG"\nada ALL=NOPASSWD: /opt/run' },
    'sudo /opt/run → root → (only if what it runs does as variables of its caller say)',
  ],
  ['a variable that says nothing', { sudoers: 'Defaults env_keep += "DISPLAY LANG"\nada ALL=NOPASSWD: /opt/run' }, undefined],
  [
    'a script that is not there yet',
    { sudoers: 'ada ALL=NOPASSWD: /bin/sh /tmp/x', paths: 'directory/1777/root/root//tmp' },
    'every account may write /tmp, which leads to sudo /tmp/x → root',
  ],
  [
    'a script of somebody else in the same folder',
    { sudoers: 'ada ALL=NOPASSWD: /bin/sh /tmp/x', paths: 'directory/1777/root/root//tmp\nregular file/644/root/root//tmp/x' },
    undefined,
  ],
  ['a file in its own folder, edited as root', { sudoers: 'ada ALL=NOPASSWD: sudoedit /home/ada/x' }, undefined],
  [
    'followed there',
    { sudoers: 'Defaults !sudoedit_checkdir\nada ALL=NOPASSWD: sudoedit /home/ada/x' },
    'owns /home/ada, which leads to sudo sudoedit /home/ada/x → root',
  ],
  ['group docker', { groups: { docker: 'ada' } }, 'group docker → root'],
  ['all of sudo, with a password', { sudoers: 'ada ALL=(ALL) ALL' }, 'sudo ALL → root → (asks for its own password)'],
  ['without one', { sudoers: 'ada ALL=(ALL) NOPASSWD: ALL' }, 'sudo ALL → root'],
  ['a password that nobody has', { sudoers: 'ada ALL=(ALL) ALL', shadow: 'ada:!:' }, undefined],
  ['root’s password is asked for', { sudoers: 'Defaults targetpw\nada ALL=(ALL) ALL' }, undefined],
  ['a rule for another host', { sudoers: 'ada gpu-02=(ALL) NOPASSWD: ALL' }, undefined],
  ['taken back by a later rule', { sudoers: 'ada ALL=NOPASSWD: ALL\nada ALL=!ALL' }, undefined],
  ['all but her', { sudoers: 'ALL, !ada ALL=NOPASSWD: ALL' }, undefined],
  [
    'aliases in aliases',
    { sudoers: 'User_Alias A = B : B = %ops\nCmnd_Alias X = Y : Y = /bin/bash\nA ALL=NOPASSWD: X', groups: { ops: 'ada' } },
    'sudo /bin/bash → root',
  ],
  [
    'a command that is asked for nothing',
    { sudoers: 'Defaults!/usr/bin/env !authenticate\nada ALL=(ALL) ALL' },
    'sudo /usr/bin/env → root',
  ],
  [
    'a command that is asked for nothing, taken back',
    { sudoers: 'Defaults!/usr/bin/env !authenticate\nada ALL=(ALL) ALL, !/usr/bin/env' },
    'sudo ALL → root → (asks for its own password)',
  ],
  ['a default for the target', { sudoers: 'Defaults>root !authenticate\nada ALL=(ALL) ALL' }, 'sudo ALL → root'],
  ['a default for this host', { sudoers: 'Host_Alias H = gpu-01\nDefaults@H !authenticate\nada ALL=(ALL) ALL' }, 'sudo ALL → root'],
  ['somebody else’s password, for her alone', { sudoers: 'Defaults:ada rootpw\nada ALL=(ALL) ALL' }, undefined],
  ['a group that sudo lends', { sudoers: 'ada ALL=(:docker) NOPASSWD: ALL', groups: { docker: '' } }, 'sudo -g docker ALL → root'],
  ['a group that gives nothing', { sudoers: 'ada ALL=(:ops) NOPASSWD: ALL', groups: { ops: '' } }, undefined],
  ['a pager', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/less /var/log/syslog' }, 'sudo /usr/bin/less /var/log/syslog → root'],
  ['a pager that starts nothing', { sudoers: 'Defaults noexec\nada ALL=NOPASSWD: /usr/bin/less /var/log/syslog' }, undefined],
  [
    'sudoedit of a unit',
    { sudoers: 'ada ALL=NOPASSWD: sudoedit /srv/units/vllm.service', units: [unit({ fragmentPath: '/srv/units/vllm.service' })] },
    'sudo sudoedit /srv/units/vllm.service, which leads to vllm.service → root',
  ],
  [
    'a program that she may write',
    {
      sudoers: 'ada ALL=NOPASSWD: /opt/run --now',
      groups: { ops: 'ada' },
      paths: 'directory/755/root/root//opt\nregular file/775/root/ops//opt/run',
    },
    'group ops may write /opt/run, which leads to sudo /opt/run → root',
  ],
  ['a program of root', { sudoers: 'ada ALL=NOPASSWD: /opt/run', paths: 'regular file/755/root/ops//opt/run' }, undefined],
  ['a shell that runs one script', { sudoers: 'ada ALL=NOPASSWD: /bin/sh /opt/run' }, undefined],
  ['a shell that is given its script', { sudoers: 'ada ALL=NOPASSWD: /bin/sh /opt/*' }, 'sudo /bin/sh /opt/* → root'],
  ['variables for an exact command', { sudoers: 'ada ALL=NOPASSWD: SETENV: /usr/bin/id' }, 'sudo /usr/bin/id with LD_PRELOAD → root'],
  ...(
    [
      ['sudoedit /etc/nginx/sites-available/ai', 'sudo sudoedit /etc/nginx/sites-available/ai', ' → (only if it is switched on)'],
      ['sudoedit /etc/nginx/conf.d/*', 'sudo sudoedit /etc/nginx/conf.d/new.conf', ''],
      ['/usr/bin/tee /etc/nginx/conf.d/ai.conf', 'sudo /usr/bin/tee /etc/nginx/conf.d/ai.conf', ''],
      ['sudoedit /etc/nginx/*', 'sudo sudoedit /etc/nginx/nginx.conf', ''],
      ['sudoedit /etc/nginx/htpasswd', undefined, ''],
      ['sudoedit /etc/nginx/conf.d/*, !sudoedit /etc/nginx/conf.d/*', undefined, ''],
      ['sudoedit /etc/apache2/sites-enabled/*', undefined, ''],
    ] as const
  ).map(([command, by, condition]): [string, Host, string | undefined] => [
    `${command} where nginx is`,
    { sudoers: `ada ALL=NOPASSWD: ${command}`, guarded: 'd/755/root/root//etc/nginx' },
    by && `${by}, which a proxy reads as root → root${condition}`,
  ]),
  [
    'sudoedit of what Caddy reads',
    { sudoers: 'ada ALL=NOPASSWD: sudoedit /etc/caddy/Caddyfile', units: [unit({ id: 'caddy.service', user: 'svc' })] },
    undefined,
  ],
  [
    'sudoedit of what Caddy reads as root',
    { sudoers: 'ada ALL=NOPASSWD: sudoedit /etc/caddy/Caddyfile', units: [unit({ id: 'caddy.service', user: '' })] },
    'sudo sudoedit /etc/caddy/Caddyfile, which a proxy reads as root → root',
  ],
  ['sudoedit of nginx where there is none', { sudoers: 'ada ALL=NOPASSWD: sudoedit /etc/nginx/nginx.conf' }, undefined],
  ['exact arguments', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/systemctl restart vllm.service' }, undefined],
  [
    'as another account, who is root',
    { sudoers: 'ada ALL=(bob) NOPASSWD: ALL', groups: { docker: 'bob' } },
    'sudo ALL as bob → account bob → group docker → root',
  ],
  [
    'a folder in which sudo looks for programs',
    {
      sudoers: 'Defaults secure_path="/opt/tools/bin:/usr/sbin:/usr/bin"\nroot ALL=(ALL:ALL) ALL\nbob ALL=(ALL) ALL',
      paths: 'directory/2775/root/ops//opt/tools/bin',
      groups: { ops: 'ada' },
    },
    'group ops may write /opt/tools/bin, where sudo looks for programs → root → (only when somebody has sudo run one by its bare name)',
  ],
  [
    'a folder in which sudo looks no more',
    {
      sudoers: 'Defaults secure_path="/opt/tools/bin:/usr/bin"\nDefaults secure_path=/usr/bin\nbob ALL=(ALL) ALL',
      paths: 'directory/2775/root/ops//opt/tools/bin',
      groups: { ops: 'ada' },
    },
    undefined,
  ],
])('root by what sudo lets: %s', (_, host, expected) => expect(way(host, 'ada', 'become-root')).toBe(expected))
