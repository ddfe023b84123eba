import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { hooksScript, parseHooks } from './hooks.ts'

const top = mkdtempSync(join(tmpdir(), 'gatehouse-hooks-'))
const script = hooksScript.replaceAll(/(?<= )\/(?=etc\/|usr\/share\/dbus|run\/udev|lib\/udev|usr\/local\/lib\/udev)/g, `${top}/`)

/** Each file, and what root runs of it. */
const files: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'etc/logrotate.d/app',
    '/var/log/app/*.log /srv/app/log/*.log {\n  su app app\n  create 640 app app\n  postrotate\n    # /opt/comment\n    [ -x /opt/test ] && /opt/app/rotate --token=t /opt/argument >/opt/log 2>&1 || true\n    kill -HUP `cat /run/app.pid`\n  endscript\n  compresscmd /opt/no\n}\n',
    ['/opt/app/rotate'],
  ],
  ['etc/logrotate.conf', 'weekly\ncompresscmd /opt/zip\ninclude /etc/logrotate.d\n', ['/opt/zip']],
  ['etc/logrotate.d/app.dpkg-old', 'x {\npostrotate\n/opt/old\nendscript\n}\n', []],
  [
    'etc/logrotate.d/others',
    'x {\nprerotate\n  su - bob -c "/home/bob/a; /home/bob/b"\n  sudo -u bob /home/bob/c\n  su - root -c /opt/su/root\n  su -c /opt/su/nobody\nendscript\n}\n',
    ['/opt/su/root', '/opt/su/nobody'],
  ],
  [
    'etc/apt/apt.conf.d/99hook',
    '// "/opt/no";\nAPT::Update::Pre-Invoke {"test -x /opt/none && /opt/apt/pre";};\nDPkg\n{\n  Post-Invoke { "true"; "if [ -e /x ]; then /bin/sh /opt/apt/post; fi"; };\n};\nDir::Cache "/srv/cache";\nAcquire::http::Proxy-Auto-Detect "/opt/apt/proxy";\n',
    ['/opt/apt/pre', '/opt/apt/post', '/opt/apt/proxy'],
  ],
  ['etc/dpkg/dpkg.cfg.d/hook', 'no-debsig\npost-invoke=/opt/dpkg/after\nlog /srv/log\n', ['/opt/dpkg/after']],
  [
    'etc/udev/rules.d/70-gpu.rules',
    'SUBSYSTEM=="pci", RUN+="/opt/gpu/perm.sh %k"\n# RUN+="/opt/no"\nKERNEL=="nvidia", RUN{program}+="/bin/sh -c \'/opt/gpu/inner $env{X}\'", PROGRAM=="/srv/name %p", IMPORT{program}="/srv/import", RUN+="/usr/bin/true", SYMLINK+="x/y"\n',
    ['/opt/gpu/perm.sh', '/opt/gpu/inner', '/srv/name', '/srv/import'],
  ],
  [
    'etc/supervisor/conf.d/app.conf',
    '; command=/opt/no\n[program:one]\ncommand=/opt/sv/one --key=token ; /opt/comment\n[program:two]\nuser=bob\ncommand=/home/bob/two\n[program:three]\ncommand = bash -c "cd /opt/sv && ./three"\nuser=root\n[program:four]\ncommand=/opt/sv/four\nuser=bob\n[unix_http_server]\nfile=/opt/file\n',
    ['/opt/sv/one', '/opt/sv/three'],
  ],
  ['etc/supervisord.d/last.ini', '[program:x]\ncommand=/opt/sv/last\n', ['/opt/sv/last']],
  ['lib/udev/rules.d/60-vendor.rules', 'RUN+="/opt/vendor/udev"\nSYMLINK+="disk/x"\n', ['/opt/vendor/udev']],
  [
    'etc/modprobe.d/x.conf',
    'options nvidia NVreg=/opt/no\ninstall nvidia /sbin/modprobe -i nvidia && /opt/mod/after\n',
    ['/opt/mod/after'],
  ],
  [
    'etc/pam.d/sshd',
    '@include common-auth\n# session optional pam_exec.so /opt/no\nsession optional pam_exec.so quiet seteuid log=/var/log/x type=open_session /opt/pam/tell --key k\nauth [success=1 default=ignore] pam_exec.so expose_authtok /bin/sh /opt/pam/check.sh\nauth required pam_listfile.so file=/etc/list\naccount required /opt/pam/mod.so x\nauth required /usr/lib/security/pam_x.so\nauth sufficient pam_python.so /opt/pam/login.py\n',
    ['/opt/pam/tell', '/opt/pam/check.sh', '/opt/pam/mod.so', '/opt/pam/login.py'],
  ],
  [
    'etc/docker/daemon.json',
    '{ "data-root": "/srv/docker", "init-path": "/opt/docker/init",\n  "runtimes": {"a": {"path": "/opt/docker/a", "runtimeArgs": ["/opt/no"]}, "nvidia": { "path": "nvidia-container-runtime" }, "b": {"path":"/usr/bin/runc"}} }\n',
    ['/opt/docker/init', '/opt/docker/a'],
  ],
  [
    'etc/containerd/config.toml',
    '# path = "/opt/no"\n[plugins."io.containerd.internal.v1.opt"]\n  path = "/srv/containerd"\n  bin_dirs = ["/srv/cni"]\n    BinaryName = "/opt/rt/nvidia"\n',
    ['/srv/containerd', '/srv/cni', '/opt/rt/nvidia'],
  ],
  [
    'etc/cdi/nvidia.yaml',
    '    - path: /dev/nvidia0\n      hostPath: /srv/no\n    hooks:\n    - hookName: createContainer\n      path: /opt/cdi/hook\n',
    ['/opt/cdi/hook'],
  ],
  ['etc/audit/plugins.d/x.conf', 'active = yes\npath = /opt/audit/plugin\n', ['/opt/audit/plugin']],
  [
    'etc/slurm/slurm.conf',
    'Prolog=/opt/slurm/prolog.d/*\nTaskProlog=/srv/no\nEpilog=/opt/slurm/epilog\nHealthCheckProgram=/opt/slurm/health\n',
    ['/opt/slurm/prolog.d', '/opt/slurm/epilog', '/opt/slurm/health'],
  ],
  ['etc/fail2ban/action.d/x.local', '[Definition]\nactionban = /opt/ban <ip>\nactioncheck = sh /opt/check\n', ['/opt/ban', '/opt/check']],
  ['etc/acpi/events/x', 'event=button\naction=/opt/acpi/x %e\n', ['/opt/acpi/x']],
  ['usr/share/dbus-1/system-services/x.service', '[D-BUS Service]\nExec=/opt/vendor/helper --x\nUser=root\n', ['/opt/vendor/helper']],
  ['etc/network/interfaces', 'iface eth0 inet dhcp\n  post-up /opt/net/up || true\n  pre-down ip route flush\n', ['/opt/net/up']],
  ['etc/anacrontab', 'PATH=/bin:/opt/bin\n1 5 cron.daily nice /opt/job\n', ['/opt/job']],
  ['etc/letsencrypt/renewal/x.conf', 'cert = /etc/letsencrypt/live/x\nrenew_hook = /opt/tls/reload\n', ['/opt/tls/reload']],
  ['etc/smartd.conf', 'DEVICESCAN -d removable -M exec /opt/smart/tell\n', ['/opt/smart/tell']],
  [
    'etc/cron.daily/backup',
    '#!/bin/bash\nBIN=/opt/backup\nLOG=/var/log/x\ntest -x $BIN/run || exit 0\n"$BIN/run" --to /srv/data >> "$LOG" 2>&1\n. /etc/own/env\nflock -n /tmp/lock timeout 5m ionice -c 3 /srv/locked\ncd /srv/app && ./go\necho "see; /opt/no"\nfind /srv -name x -exec /srv/each {} \\;\ndocker compose -f /srv/compose.yml up -d\npython3 -u /srv/main.py &> /srv/out\nOUT=$(/srv/asked) \\\n  /srv/goes-on\nA=1 env B=2 /srv/with-b\n/srv/in/$VERSION/run\n',
    [
      ...['/opt/backup/run', '/etc/own/env', '/srv/locked', '/srv/app/go', '/srv/each', '/srv/compose.yml', '/srv/main.py'],
      ...['/srv/asked', '/srv/goes-on', '/srv/with-b', '/srv/in'],
    ],
  ],
  ['etc/cron.daily/python', '#!/usr/bin/python3\n/opt/no\n', []],
  [
    'etc/cron.daily/daemons',
    '#!/bin/sh\nstart-stop-daemon --start --chuid bob --exec /opt/bobs\nstart-stop-daemon --start --exec /opt/roots\n',
    ['/opt/roots'],
  ],
  ['etc/profile.d/conda.sh', '', []],
]

beforeAll(() => {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(top, path)), { recursive: true })
    if (text !== '') writeFileSync(join(top, path), text)
  }
  mkdirSync(join(top, 'opt'))
  writeFileSync(join(top, 'opt/conda.sh'), '')
  symlinkSync(join(top, 'opt/conda.sh'), join(top, 'etc/profile.d/conda.sh'))
  symlinkSync('/dev/null', join(top, 'etc/udev/rules.d/80-masked.rules'))
})
afterAll(() => rmSync(top, { recursive: true }))

function asked(awk: readonly string[], before = '') {
  const { stdout, stderr } = spawnSync(
    'sh',
    // As on a host, whose files have no folder above them.
    ['-c', `awk() { sed 's,${top},,g' | command ${awk.join(' ')} "$@"; }\n${before}\n${script}`],
    { encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  const [head, ...lines] = stdout.replace(/\n$/, '').split('\n')
  expect(head).toBe('@hooks')
  return lines
}
const rowsOf = (lines: readonly string[]) => lines.map((line, at) => ({ text: line.slice(1), line: at }))

test.each(awks)('%s: what files of root have it run', (...awk) => {
  const lines = asked(awk)
  expect(lines.join()).not.toMatch(/token/)
  const { programs, unread } = parseHooks(rowsOf(lines))
  expect(unread).toEqual([])
  const expected = [...files.flatMap(([file, , paths]) => paths.map((path) => `/${file} ${path}`)), '/etc/profile.d/conda.sh /opt/conda.sh']
  expect(programs.map(({ file, path }) => `${file} ${path}`).toSorted()).toEqual(expected.toSorted())
})

test.each(awks)('%s: where logins look for programs', (...awk) => {
  const write = (name: string, text: string) => writeFileSync(join(top, 'etc', name), text)
  write('environment', 'PATH="/opt/env/bin:/usr/local/bin:/usr/bin:/bin"\nX=/opt/no\n')
  write(
    'profile.d/own.sh',
    '# PATH=/opt/no\nexport CONDA="/opt/conda"\nexport PATH="$CONDA/bin:$HOME/bin:/srv/tools:$PATH"\npathmunge /opt/munged/bin after\nMANPATH=/opt/no\n',
  )
  const { searched, programs } = parseHooks(rowsOf(asked(awk)))
  expect(programs.filter(({ file }) => /environment|own/.test(file))).toEqual([])
  for (const name of ['environment', 'profile.d/own.sh']) rmSync(join(top, 'etc', name))
  expect(searched?.map(({ file, path }) => `${file} ${path}`).toSorted()).toEqual([
    '/etc/environment /opt/env/bin',
    '/etc/profile.d/own.sh /opt/conda/bin',
    '/etc/profile.d/own.sh /opt/munged/bin',
    '/etc/profile.d/own.sh /srv/tools',
  ])
})

test('a file that may not be read is told, and so are more than are read', () => {
  expect(parseHooks(rowsOf(asked(['awk'], `grep() { echo 'grep: /etc/apt/apt.conf.d/secret: Permission denied'; }`))).unread).toEqual([
    '/etc/apt/apt.conf.d/secret',
  ])
  const many = `grep() { i=0; while [ $i -lt 401 ]; do i=$((i + 1)); echo "/etc/rc.local:$i:/opt/$i"; done; }`
  const { programs, unread } = parseHooks(rowsOf(asked(['awk'], many)))
  expect([programs.length, unread]).toEqual([400, ['more than 400 programs']])
})

test.each(awks)('%s: what scripts start that a job names, and what those start', (...awk) => {
  const at = (name: string) => join(top, 'opt', name)
  mkdirSync(join(top, 'opt'), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(at(name), text)
  write(
    'a.sh',
    `#!/bin/bash -e\n# ${at('none')}\nDIR=${join(top, 'opt')}\n"$DIR/b.sh" --token=t ${at('argument')}\nsu bob -c ${at('lent')}\n`,
  )
  write('b.sh', `#!/usr/bin/env bash\n${at('c.py')} && ${at('a.sh')}\n`)
  write('c.py', `#!/usr/bin/python3\nos.system("${at('unseen')}")\n`)
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', `awk() { command ${awk.join(' ')} "$@"; }\nset -f\nIFS='\n'\nprograms='/usr/bin/env\n${at('a.sh')}'\nstarted=\n${script}`],
    { encoding: 'utf8' },
  )
  const own = stdout.split('\n').filter((line) => line.startsWith('=calls'))
  expect([stderr, parseHooks(rowsOf(own)).calls?.map(({ file, path }) => [file, path])]).toEqual([
    '',
    [
      [at('a.sh'), at('b.sh')],
      [at('b.sh'), at('c.py')],
      [at('b.sh'), at('a.sh')],
    ],
  ])
})
