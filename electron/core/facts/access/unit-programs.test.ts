import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { parseUnitPrograms, unitProgramsScript } from './unit-programs.ts'

const top = mkdtempSync(join(tmpdir(), 'gatehouse-units-'))
const script = unitProgramsScript.replaceAll(/(?<=[ "])\/(?:etc|run|usr\/local\/lib|lib)\/systemd\//g, (folder) => `${top}${folder}`)

const files: Readonly<Record<string, string>> = {
  'etc/systemd/system/plain.service':
    '[Service]\nUser=ada\nEnvironmentFile=-/etc/plain.env\nExecStart=/opt/plain/run --key secret /etc/plain.conf\n',
  'etc/systemd/system/root.service': '# /opt/comment\n[Service]\nExecStartPre = -/srv/pre\nExecStart=@/srv/at zero\n',
  'etc/systemd/system/above.service': '[Service]\nUser=bob\nExecStart=/opt/low\nExecStartPre=-+/opt/high\n',
  'etc/systemd/system/first.service':
    '[Service]\nUser=dan\nPermissionsStartOnly=true\nExecStart=/opt/first/run\nExecStartPre=/opt/first/prepare\nExecStopPost=/opt/first/clean\n',
  'etc/systemd/system/shell.service': '[Service]\nExecStart=/bin/sh -c "exec /opt/inner/run --token=t /opt/not-this"\n',
  'etc/systemd/system/named.service': '[Service]\nExecStart=python3 -u /opt/app/main.py /opt/data\nExecStop=kill /opt/argument\n',
  'etc/systemd/system/lines.service': '[Service]\nExecStart=/usr/bin/env \\\n  A=/opt/value \\\n  /opt/lines/run\n',
  'etc/systemd/system/dynamic.service': '[Service]\nDynamicUser=yes\nExecStart=/opt/dynamic\nExecStartPre=!/opt/still-root\n',
  'etc/systemd/system/packaged.service': '[Service]\nExecStart=/usr/sbin/packaged\n',
  'etc/systemd/system/replaced.service': '[Service]\nEnvironmentFile=/etc/old.env\nExecStart=/opt/old\n',
  'etc/systemd/system/replaced.service.d/a.conf':
    '[Service]\nEnvironmentFile=\nEnvironmentFile=/etc/new.env\nExecStart=\nExecStart=/opt/new\nUser=cy\n',
  'lib/systemd/system/vendor.service': '[Service]\nUser=vendor\nExecStart=/opt/vendor/agent\n',
  'lib/systemd/system/driver.service': '[Service]\nExecStart=/usr/bin/python3 /srv/driver/main.py\n',
  'lib/systemd/system/driver.socket': '[Socket]\nExecStartPre=/opt/socket\n',
  'lib/systemd/system/usual.service': '[Service]\nExecStart=/usr/sbin/usual --config /etc/usual.conf\n',
  'lib/systemd/system/replaced.service': '[Service]\nExecStart=/opt/first\n',
  'etc/systemd/system/vendor.service.d/a.conf': '[Service]\nExecStartPost=/opt/after\n',
  'run/systemd/system/plain.service': '[Service]\nExecStart=/opt/hidden-by-etc\n',
  // Where it is started decides what it does.
  'etc/systemd/system/here.service':
    '[Service]\nUser=eli\nExecStart=/usr/bin/python3 -u app.py --key secret\nWorkingDirectory=/home/eli/app\n',
  'etc/systemd/system/stack.service':
    '[Service]\nWorkingDirectory=-/home/fay/stack\nExecStart=/usr/bin/docker compose up -d\nExecStop=docker compose down\n',
  'etc/systemd/system/hidden.service': '[Service]\nWorkingDirectory=/srv/hidden\nExecStart=/bin/sh ./.run/x\n',
  'etc/systemd/system/placed.service': '[Service]\nWorkingDirectory=/home/fay/x\nExecStart=/usr/bin/docker compose -f /etc/stack.yaml up\n',
  'etc/systemd/system/module.service': '[Service]\nExecStart=/usr/bin/python3 -m http.server\nWorkingDirectory=/srv/www\n',
  'etc/systemd/system/closed.service': '[Service]\nExecStart=/usr/bin/python3 -I -m http.server\nWorkingDirectory=/srv/closed\n',
  'etc/systemd/system/at-home.service': '[Service]\nExecStart=/usr/bin/npm start\nWorkingDirectory=~\n',
  'etc/systemd/system/own.service': '[Service]\nExecStart=/usr/sbin/own x\nWorkingDirectory=/srv/own\n',
  'etc/systemd/system/goes.service': "[Service]\nExecStart=/bin/sh -c 'cd /tmp && exec /opt/goes/run'\n",
  'etc/systemd/system/goes-in.service': "[Service]\nExecStart=/bin/bash -c 'cd /opt/goes-in && ./run'\n",
  'etc/systemd/system/locked.service': '[Service]\nExecStart=/usr/bin/flock -n /run/x.lock /opt/locked/run\n',
  'etc/systemd/system/ambient.service': '[Service]\nUser=gus\nExecStart=!!/opt/ambient/run\n',
  'etc/systemd/system/two words.service': '[Service]\nExecStart="/opt/quoted" x\n',
  // In another section systemd ignores it.
  'etc/systemd/system/misplaced.service':
    '[Unit]\nExecStartPre=/opt/misplaced\nUser=ada\n[Service]\nExecStart=/opt/placed\n[Install]\nExecStop=/opt/nor-here\n',
  // What systemd adds to every unit.
  'etc/systemd/system/service.d/a.conf': '[Service]\nExecStopPost=/opt/every/tell %n\n',
  'etc/systemd/system/several.service':
    '[Service]\nType=oneshot\nExecStart=/bin/true ; +/opt/several/second ; sh -c "/opt/several/third; x \\; y" ; /opt/several/fourth\nUser=hal\n',
  'etc/systemd/system/searched.service':
    '[Service]\nExecStart=!agent --x /opt/data\nExecSearchPath=/opt/search:/usr/bin\nExecSearchPath=/srv/search\nUser=ivo\n',
  'etc/systemd/system/rooted.service':
    '[Service]\nExecStart=/usr/bin/inside\nExecStartPre=/opt/either\nEnvironmentFile=/etc/rooted.env\nRootDirectory=/srv/root\n',
  'etc/systemd/system/imaged.service': '[Service]\nExecStart=/usr/bin/inside\nRootImage=/srv/images/app.raw\n',
  'etc/systemd/system/places.service': '[Service]\nExecStart=%S/places/run\nExecStartPre=-/opt/%p/pre\nUser=%p\n',
  'etc/systemd/system/each@.service': '[Service]\nUser=%i\nExecStart=/opt/each/%i/run --port 1\n',
  'lib/systemd/system/packed@.service': '[Service]\nUser=%i\nExecStart=/usr/bin/packed\n',
  'etc/systemd/system/packed@kim.service.d/a.conf': '[Service]\nExecStartPost=/opt/packed/post\n',
  'etc/systemd/system/none@.service': '[Service]\nUser=%i\nExecStart=/opt/none/%i/run\n',
  'etc/systemd/system/fixed@.service': '[Service]\nUser=leo\nExecStart=/opt/fixed/run\n',
}

beforeAll(() => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true })
    writeFileSync(join(top, path), text)
  }
  symlinkSync('/nowhere/gone.service', join(top, 'etc/systemd/system/gone.service'))
  for (const name of ['each@ada', 'each@bob']) {
    mkdirSync(join(top, 'etc/systemd/system/multi-user.target.wants'), { recursive: true })
    symlinkSync('/etc/systemd/system/each@.service', join(top, `etc/systemd/system/multi-user.target.wants/${name}.service`))
  }
  symlinkSync('/dev/null', join(top, 'etc/systemd/system/masked.service'))
})
afterAll(() => rmSync(top, { recursive: true }))

test.each(awks)('%s: programs of the units that the admin wrote, and whose they are', (...awk) => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `awk() { ${awk.join(' ')} "$@"; }\n${script}`], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).not.toMatch(/secret|token/)
  const [head, ...lines] = stdout.trimEnd().split('\n')
  expect(head).toBe('@unit-programs')
  const { programs, unread } = parseUnitPrograms(lines.map((line, at) => ({ text: line.slice(1), line: at })))
  // Whose it is, is said by who starts it.
  expect(unread).toEqual(['none@.service'])
  expect(programs.map(({ unit, account, path }) => `${unit} ${account} ${path}`).toSorted()).toEqual([
    'above.service bob /opt/low',
    'above.service root /opt/high',
    'ambient.service gus /opt/ambient/run',
    'driver.service root /srv/driver/main.py',
    'dynamic.service root /opt/still-root',
    'each@ada.service ada /opt/each/ada/run',
    'each@bob.service bob /opt/each/bob/run',
    'every service root /opt/every/tell',
    'first.service dan /opt/first/run',
    'first.service root /opt/first/clean',
    'first.service root /opt/first/prepare',
    'fixed@.service leo /opt/fixed/run',
    'goes-in.service root /opt/goes-in',
    'goes.service root /opt/goes/run',
    'here.service eli /home/eli/app/app.py',
    'hidden.service root /srv/hidden/.run/x',
    'imaged.service root /srv/images/app.raw',
    'lines.service root /opt/lines/run',
    'locked.service root /opt/locked/run',
    'misplaced.service root /opt/placed',
    'module.service root /srv/www',
    'named.service root /opt/app/main.py',
    'packed@kim.service kim /opt/packed/post',
    'places.service places /opt/places/pre',
    'places.service places /var/lib/places/run',
    'plain.service ada /etc/plain.env',
    'plain.service ada /opt/plain/run',
    'replaced.service cy /etc/new.env',
    'replaced.service cy /opt/new',
    'root.service root /srv/at',
    'root.service root /srv/pre',
    'rooted.service root /etc/rooted.env',
    'rooted.service root /opt/either',
    'rooted.service root /srv/root/opt/either',
    'rooted.service root /srv/root/usr/bin/inside',
    'searched.service root /opt/search/agent',
    'searched.service root /srv/search/agent',
    'several.service hal /opt/several/fourth',
    'several.service hal /opt/several/third',
    'several.service root /opt/several/second',
    'shell.service root /opt/inner/run',
    'stack.service root /home/fay/stack',
    'stack.service root /home/fay/stack',
    'two words.service root /opt/quoted',
    'vendor.service vendor /opt/after',
    'vendor.service vendor /opt/vendor/agent',
  ])
})

test('a file that may not be read is told', () => {
  expect(parseUnitPrograms([{ text: '!\tsecret.service\t', line: 3 }])).toEqual({ programs: [], unread: ['secret.service'] })
})
