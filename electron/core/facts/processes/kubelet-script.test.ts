import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { readKubeletFiles } from './kubelet-files.ts'
import { kubeletScript, MAX_ROWS } from './kubelet-script.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-kubelet-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
})

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
  chmodSync(join(folder, path), mode)
}

/** Runs the script on a tree of files; what it may not read is said by a stand-in of `test -r`, since the test may run as root. */
function ask(name: string, words: readonly string[], { unreadable = '/none', root = '', unit = '' } = {}) {
  write('/proc/7/comm', `${name}\n`)
  write('/proc/7/cgroup', '0::/system.slice/kubelet.service\n')
  write('/proc/7/cmdline', words.map((word) => `${word}\0`).join(''))
  write('/root', root)
  write('/unit', unit)
  const table = `      7       1     0 root                             ${name.padEnd(32)} ${words.join(' ')}`
  const script = kubeletScript
    .replaceAll('/proc/', `${folder}/proc/`)
    .replaceAll('/etc/rancher', `${folder}/etc/rancher`)
    .replaceAll('/var/lib', `${folder}/var/lib`)
    .replaceAll('/etc/default', `${folder}/etc/default`)
    .replaceAll(/\[ -r "\$2" \]/g, `! [ "$2" = "${folder}${unreadable}" ]`)
  const printed = execFileSync(
    '/bin/sh',
    [
      '-c',
      `gh_sudo() { [ "$1" = 2 ] && cat "${folder}/root"; }\nsystemctl() { [ "$9" = kubelet.service ] && cat "${folder}/unit"; }\ntable='${table}'\n${script}`,
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  ).replaceAll(folder, '')
  return { printed, files: readKubeletFiles(printed.split('\n')).get(7) }
}

test('its words, its file and its drop-ins', () => {
  write('/k.yaml', 'readOnlyPort: 0\n')
  write('/d/10.conf', 'readOnlyPort: 1\n')
  write('/d/notes.txt', 'readOnlyPort: 2\n')
  const { printed, files } = ask('kubelet', ['kubelet', '--config', `${folder}/k.yaml`, `--config-dir=${folder}/d`])
  expect(printed).toContain('@argv 7\n=kubelet\n=--config\n')
  expect([files?.whole, files?.unread]).toEqual([true, []])
  expect(files?.files).toHaveLength(2)
  expect(files?.files).toContainEqual({ kind: 'config', path: '/k.yaml', lines: ['readOnlyPort: 0'] })
  expect(files?.files).toContainEqual({ kind: 'drop-in', path: '/d/10.conf', lines: ['readOnlyPort: 1'] })
})

test('what the account may not read, root reads; a file that only looks like a drop-in is none', () => {
  write('/k.yaml', 'readOnlyPort: 0\n')
  const words = ['kubelet', `--config=${folder}/k.yaml`]
  expect(ask('kubelet', words, { unreadable: '/k.yaml' }).files).toEqual({ whole: true, files: [], unread: ['/k.yaml'] })
  const { files } = ask('kubelet', words, { unreadable: '/k.yaml', root: '/k.yaml:1:a: 1\n/k.yaml:2:b: 2\n/other:1:c\n' })
  expect(files).toEqual({ whole: true, files: [{ kind: 'config', path: '/k.yaml', lines: ['a: 1', 'b: 2'] }], unread: [] })
})

test('drop-ins as the kubelet finds them: hidden ones, in folders of folders, by links', () => {
  write('/k.yaml', 'readOnlyPort: 0\n')
  write('/d/.hidden.conf', 'a: 1\n')
  write('/d/one/two/three.conf', 'a: 2\n')
  write('/elsewhere', 'a: 3\n')
  symlinkSync('../elsewhere', join(folder, 'd/linked.conf'))
  const { files } = ask('kubelet', ['kubelet', `--config=${folder}/k.yaml`, `--config-dir=${folder}/d`])
  expect(files?.files.map(({ path }) => path).sort()).toEqual(['/d/.hidden.conf', '/d/linked.conf', '/d/one/two/three.conf', '/k.yaml'])
})

test('a folder of drop-ins that root read and found empty, or with others beside them', () => {
  const drop = '/etc/kubernetes/kubelet.conf.d'
  const said = (root: string, folder = drop) => readKubeletFiles(`@kubelet 7 unread ${folder}\n@kubelet-root 7\n${root}`.split('\n')).get(7)
  expect(said('=/var/lib/kubelet/config.yaml:1:a')?.unread).toEqual([])
  expect(said('')?.unread).toEqual([drop])
  expect(said(`=${drop}/1.conf:1:a\n=${drop}/old.bak:1:a`)?.files.map(({ path }) => path)).toEqual([`${drop}/1.conf`])
  // Root was not asked for it.
  expect(said('=/var/lib/kubelet/config.yaml:1:a', '/srv/kubelet.conf.d')?.unread).toEqual(['/srv/kubelet.conf.d'])
})

test('a long file is not read', () => {
  write('/k.yaml', 'a: 1\n'.repeat(MAX_ROWS + 1))
  expect(ask('kubelet', ['kubelet', `--config=${folder}/k.yaml`]).files?.unread).toEqual(['/k.yaml'])
})

test('of a configuration of k3s only keys and flags for the kubelet leave the host', () => {
  write('/etc/rancher/k3s/config.yaml', 'token: K10secret\nkubelet-arg:\n  - "read-only-port=10255"\n  - max-pods=3\nnode-label: [a=b]\n')
  write('/etc/rancher/k3s/config.yaml.d/a.yaml', 'agent-token: K10secret\n"kubelet-arg+": [anonymous-auth=true]\n')
  write('/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00.conf', 'readOnlyPort: 0\n')
  const { printed, files } = ask('k3s-server', ['/usr/local/bin/k3s server'])
  expect(printed).not.toContain('secret')
  expect(files?.files).toEqual([
    { kind: 'words', path: 'kubelet.service', lines: [] },
    { kind: 'k3s', path: '/etc/rancher/k3s/config.yaml', lines: ['token:', 'kubelet-arg:', '  - "read-only-port=10255"', 'node-label:'] },
    { kind: 'k3s', path: '/etc/rancher/k3s/config.yaml.d/a.yaml', lines: ['agent-token:', '"kubelet-arg+": [anonymous-auth=true]'] },
    { kind: 'drop-in', path: '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00.conf', lines: ['readOnlyPort: 0'] },
  ])
})

test('of the words of its unit only those leave the host that decide about the kubelet', () => {
  write('/etc/rancher/k3s/config.yaml.d/b.yml', 'kubelet-arg: [max-pods=3]\n')
  const unit =
    'ExecStart={ path=/usr/local/bin/k3s ; argv[]=/usr/local/bin/k3s server --token K10secret --kubelet-arg=anonymous-auth=true --kubelet-arg --read-only-port=10255 --kubelet-arg anonymous-auth -d /srv --config=/k.yaml ; ignore_errors=no ; pid=7 }\nEnvironment=K3S_TOKEN=K10secret "NOTE=a -d secret" K3S_CONFIG_FILE=/srv/k.yaml "MORE=--config secret"\n'
  const { printed, files } = ask('k3s-agent', ['/usr/local/bin/k3s agent'], { unit })
  expect(printed).not.toContain('secret')
  expect(files?.files.map(({ kind, lines }) => [kind, lines.map((line) => line.trim())])).toEqual([
    [
      'words',
      [
        ...['argv[]=/usr/local/bin/k3s', '--kubelet-arg=anonymous-auth=true', '--kubelet-arg --read-only-port=10255'],
        ...['--kubelet-arg anonymous-auth', '-d /srv', '--config=/k.yaml', 'K3S_CONFIG_FILE=/srv/k.yaml'],
      ],
    ],
    ['k3s', ['kubelet-arg: [max-pods=3]']],
  ])
})

test('files of variables of its unit say where its files lie, and nothing else of them leaves the host', () => {
  write('/etc/k3s.env', 'K3S_TOKEN=K10secret\nNOTE=K3S_DATA_DIR=secret\n  K3S_DATA_DIR="/srv/k3s"\n')
  write('/etc/systemd/k3s.service.env', 'K3S_TOKEN=K10secret\n')
  const files = [`${folder}/etc/none`, `${folder}/etc/k3s.env`, `${folder}/etc/systemd/k3s.service.env`]
  const unit = `EnvironmentFiles=${files.join(' (ignore_errors=yes)\nEnvironmentFiles=')} (ignore_errors=yes)\nExecStart={ path=/k3s ; argv[]=/k3s server ; }\nEnvironment=K3S_CONFIG_FILE=/a.yaml "K3S_DATA_DIR=/b"\n`
  const said = ask('k3s-server', ['k3s server'], { unit, unreadable: '/etc/systemd/k3s.service.env' })
  expect(said.printed).not.toContain('secret')
  expect(said.files).toMatchObject({
    files: [
      { kind: 'words', path: 'kubelet.service', lines: ['argv[]=/k3s', 'K3S_CONFIG_FILE=/a.yaml', 'K3S_DATA_DIR=/b'] },
      { kind: 'variables', path: '/etc/k3s.env', lines: ['  K3S_DATA_DIR="/srv/k3s"'] },
    ],
  })
  expect(said.files?.unread).toContain('/etc/systemd/k3s.service.env')
})

test('a file of variables that root came upon, with what it says, or nothing', () => {
  const said = (root: string) =>
    readKubeletFiles(`@kubelet 7 unread /etc/systemd/system/k3s.service.env\n@kubelet-root 7\n${root}`.split('\n')).get(7)
  const path = '/etc/systemd/system/k3s.service.env'
  expect(said(`=${path}`)).toEqual({ whole: false, files: [{ kind: 'variables', path, lines: [] }], unread: [] })
  expect(said(`=${path}\n=${path}:2:K3S_CONFIG_FILE=/x`)?.files[0]?.lines).toEqual(['K3S_CONFIG_FILE=/x'])
  expect(said('=/etc/rancher/k3s/config.yaml:1:token:')?.unread).toEqual([path])
})

test('nothing is asked of another program', () => expect(ask('kubectl', ['kubectl', 'get', 'kubelet']).printed).toBe(''))
