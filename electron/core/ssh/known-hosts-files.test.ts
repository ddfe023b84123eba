import { mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { knownHostsFiles } from './known-hosts-files.ts'
import { keyPair } from './loopback.testing.ts'

const blob = (): Buffer => Buffer.from(keyPair().public.split(' ')[1] ?? '', 'base64')
const setUp = () => {
  const root = mkdtempSync(join(tmpdir(), 'gatehouse-files-'))
  const logged: string[] = []
  const folders = { home: join(root, 'home'), data: join(root, 'data'), system: join(root, 'etc') }
  mkdirSync(join(folders.home, '.ssh'), { recursive: true })
  mkdirSync(folders.system)
  return { ...folders, logged, files: knownHostsFiles(folders, (_, message) => logged.push(message), folders.system) }
}

test('no file at all pins nothing', async () => {
  expect(await setUp().files.read()).toEqual([])
})

test('the files of the admin, of the system and of Gatehouse are read, and read again when they change', async () => {
  const { home, system, files, logged } = setUp()
  const line = (name: string) => `${name} ${keyPair().public}\n`
  writeFileSync(join(home, '.ssh', 'known_hosts'), `${line('a')}broken\n@cert-authority * ${keyPair().public}\n`)
  writeFileSync(join(home, '.ssh', 'known_hosts2'), line('b'))
  writeFileSync(join(system, 'ssh_known_hosts'), line('c'))
  await files.add('d', 'ssh-ed25519', blob())
  const names = async () => (await files.read()).filter(({ marker }) => marker === 'none').map(({ hosts }) => hosts)
  expect(await names()).toEqual(['a', 'b', 'c', 'd'])
  expect(logged).toEqual(['A line of a known_hosts file was skipped', expect.stringContaining('@cert-authority is not supported')])
  writeFileSync(join(home, '.ssh', 'known_hosts'), line('e'))
  expect(await names()).toEqual(['e', 'b', 'c', 'd'])
})

test.each([
  ['a folder', (file: string) => mkdirSync(file)],
  ['a link to itself', (file: string) => symlinkSync(file, file)],
  ['NUL bytes', (file: string) => writeFileSync(file, Buffer.alloc(100))],
  ['far too large', (file: string) => writeFileSync(file, Buffer.alloc(17 * 1024 * 1024, 0x0a))],
])('a file that is %s fails closed', async (_, make) => {
  const { home, files } = setUp()
  make(join(home, '.ssh', 'known_hosts'))
  await expect(files.read()).rejects.toMatchObject({ failure: { code: 'ssh.known-hosts-unreadable' } })
})

test('a key is filed privately, one line each, whoever writes at the same time', async () => {
  const setup = setUp()
  const second = knownHostsFiles(setup, () => undefined, setup.system)
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? setup.files : second).add(`h${index}`, 'ssh-ed25519', blob())),
  )
  const file = join(setup.data, 'known_hosts')
  expect(readFileSync(file, 'utf8').match(/^h\d+ ssh-ed25519 \S+$/gm)).toHaveLength(40)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(setup.data).mode & 0o777).toBe(0o700)
  expect(await second.read()).toHaveLength(40)
})

test('a line torn by a crash does not spoil the next one, and a file open to others is closed', async () => {
  const { data, files } = setUp()
  mkdirSync(data)
  writeFileSync(join(data, 'known_hosts'), 'gpu1 ssh-ed255', { mode: 0o644 })
  await files.add('gpu2', 'ssh-ed25519', blob())
  expect((await files.read()).map(({ hosts }) => hosts)).toEqual(['gpu2'])
  expect(statSync(join(data, 'known_hosts')).mode & 0o777).toBe(0o600)
})

test('a data folder that cannot be written is an error, not a silent trust', async () => {
  const { data, files } = setUp()
  writeFileSync(data, 'a file in the way')
  await expect(files.add('gpu1', 'ssh-ed25519', blob())).rejects.toMatchObject({ failure: { code: 'store.unwritable' } })
})
