import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { HostFile } from '../templates/host-file.ts'
import { reactivateFunction, validateFunction } from './kinds.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-kinds-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The check of drop-ins alone, with a tool that prints what lies beside the unit. */
function checked(after: string): string {
  const path = '/etc/systemd/system/a.service.d/zz-gatehouse-a.conf'
  const file: HostFile = {
    ...{ kind: 'systemd-drop-in', path, uid: 0, gid: 0, mode: '644', before: 'x', after, content: '', random: false },
  }
  const said = `gh_base=${folder} gh_unit=a.service PATH=${folder}:$PATH
gh_systemd() { :; }
gh_fail() { echo "failed $*"; exit 1; }
gh_property() { echo ${folder}/a.service; }
gh_files() { "$1" 1 ${path} 0 0 644 x '${after}' systemd-drop-in; }
${validateFunction([file])}
gh_validate; echo "$?"; cat ${folder}/beside`
  return spawnSync('/bin/sh', { input: said, encoding: 'utf8' }).stdout
}

test('a drop-in is read beside its unit; one that goes, since it was not there before, is not looked for', () => {
  writeFileSync(join(folder, 'a.service'), '[Service]\nExecStart=/bin/true\n')
  writeFileSync(join(folder, 'new.1'), '[Service]\n')
  writeFileSync(join(folder, 'systemd-analyze'), `#!/bin/sh\nls "$2.d" >${folder}/beside\n`)
  chmodSync(join(folder, 'systemd-analyze'), 0o755)
  expect(checked('y')).toBe('0\nzz-gatehouse-a.conf\n')
  rmSync(join(folder, 'new.1'))
  expect(checked('absent')).toBe('0\n')
})

/** What an undo makes of a host on which the process of the unit is `pid`, its tool ends with `check` and a reload with `reload`. */
function reactivated(kind: 'nginx' | 'sshd-drop-in', pid: number, check: number, reload: number): string {
  const file: HostFile = {
    ...{ kind, path: '/etc/x', uid: 0, gid: 0, mode: '644', before: 'x', after: 'y', content: '', random: false },
  }
  const said = `gh_unit=ssh.service
gh_pid_of() { echo ${pid}; }
nginx() { return ${check}; }
sshd() { return ${check}; }
gh_reload_old() { echo "reloads $1"; return ${reload}; }
${reactivateFunction([file])}
gh_reactivate; echo "$?"`
  return spawnSync('/bin/sh', { input: said, encoding: 'utf8' }).stdout
}

test.each([
  ['what runs is reloaded', 7, 0, 0, 'reloads ssh.service\n0\n'],
  ['what would refuse the old files is not, and tried again', 7, 1, 0, '1\n'],
  ['a reload that fails is tried again', 7, 0, 1, 'reloads ssh.service\n1\n'],
  // sshd -t wants a folder that its own start makes.
  ['what does not run yet is not asked', 0, 1, 0, 'reloads ssh.service\n0\n'],
])('an undo: %s', (_name, pid, check, reload, said) => {
  expect(reactivated('sshd-drop-in', pid, check, reload)).toBe(said)
  expect(reactivated('nginx', pid, check, reload)).toBe(said.replace('ssh.service', 'nginx.service'))
})

test.each([
  [0, 0],
  [1, 1],
])('an undo of a mask starts what ran before; where systemd ended with %i, it ends with %i', (start, ended) => {
  writeFileSync(join(folder, 'active'), 'a.service\n')
  const path = '/etc/systemd/system/a.service'
  const file: HostFile = {
    ...{ kind: 'unit-mask', path, uid: 0, gid: 0, mode: '644', before: 'absent', after: 'link:x', content: '', random: false },
  }
  const said = `gh_base=${folder}
systemctl() { case $* in *start*) echo "$*"; return ${start} ;; esac; }
${reactivateFunction([file])}
gh_reactivate; echo "$?"`
  expect(spawnSync('/bin/sh', { input: said, encoding: 'utf8' }).stdout).toBe(`--no-block start -- a.service\n${ended}\n`)
})
