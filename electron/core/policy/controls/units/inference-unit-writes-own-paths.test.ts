import { describe, expect, test } from 'vitest'
import type { Unit } from '../../../facts/units/units.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import writesOwnPaths from './inference-unit-writes-own-paths.control.ts'
import { askUnit, unit } from './unit-facts.testing.ts'

test.each<[string, Record<string, string>, string]>([
  [
    'own directories',
    { ProtectSystem: 'strict', ReadWritePaths: '/var/lib/ollama -/var/cache/vllm' },
    'pass: Writes only to its own directories',
  ],
  ['none', { ProtectSystem: 'full', ReadWritePaths: '' }, 'pass: Writes only to its own directories'],
  ['the very folder that is closed', { ProtectSystem: 'strict', ReadWritePaths: '-/' }, 'pass: Writes only to its own directories'],
  ['the same of full', { ProtectSystem: 'full', ReadWritePaths: '/ /etc /var' }, 'pass: Writes only to its own directories'],
  ['below what is closed', { ProtectSystem: 'full', ReadWritePaths: '/etc/systemd/system' }, 'fail: The unit may write system directories'],
  [
    'below /etc, which yes leaves open',
    { ProtectSystem: 'yes', ReadWritePaths: '/etc/cron.d' },
    'pass: Writes only to its own directories',
  ],
  [
    'the whole machine by another name',
    { ProtectSystem: 'full', BindPaths: '/:/host:rbind' },
    'fail: The unit may write system directories',
  ],
  [
    'homes that are closed',
    { ProtectSystem: 'strict', ProtectHome: 'read-only', ReadWritePaths: '/home' },
    'pass: Writes only to its own directories',
  ],
  [
    'homes that are another file system',
    { ProtectSystem: 'full', ProtectHome: 'tmpfs', ReadWritePaths: '/home' },
    'fail: The unit may write system directories',
  ],
  ['/etc with a slash', { ProtectSystem: 'strict', ReadWritePaths: '/models +/etc/' }, 'fail: The unit may write system directories'],
  [
    'a bind mount',
    { ProtectSystem: 'strict', ProtectHome: 'yes', BindPaths: '/home:/data:rbind' },
    'fail: The unit may write system directories',
  ],
  ['nothing is restricted', { ProtectSystem: 'no', ReadWritePaths: '/' }, 'not-applicable: The unit restricts no writing'],
])('inference-unit-writes-own-paths: %s', (_, properties, expected) => {
  expect(outcomes(askUnit(writesOwnPaths, unit(properties)))).toEqual([expected])
})

test.each([
  [
    '/var/lib/ollama /usr/share/ollama /run/ollama /etc/ollama /usr/local/lib/ollama /var/lib/private/llama',
    'pass: Writes only to its own directories',
  ],
  ['/etc/cron.daily', 'fail: The unit may write system directories'],
  ['-/run/docker.sock', 'fail: The unit may write system directories'],
  ['/var/run/docker.sock', 'fail: The unit may write system directories'],
  ['/var/lib/docker/volumes', 'fail: The unit may write system directories'],
  ['/etc/systemd/system/vllm.service.d', 'fail: The unit may write system directories'],
  ['/run/systemd/system', 'fail: The unit may write system directories'],
  ['/run/udev/rules.d', 'fail: The unit may write system directories'],
  ['/var/run/containerd', 'fail: The unit may write system directories'],
  ['/var/lib/apt/lists', 'fail: The unit may write system directories'],
  ['/lib/python3/dist-packages', 'fail: The unit may write system directories'],
  ['/usr/lib/ollama /lib/ollama /run/user-data /var/lib/aptly', 'pass: Writes only to its own directories'],
  ['/sys/fs/cgroup', 'fail: The unit may write system directories'],
])('inference-unit-writes-own-paths, ReadWritePaths=%s', (paths, expected) => {
  const closed = { ProtectSystem: 'strict', ProtectHome: 'yes', ProtectKernelTunables: 'yes' }
  expect(outcomes(askUnit(writesOwnPaths, unit({ ...closed, ReadWritePaths: paths })))).toEqual([expected])
})

test.each([
  [
    '-/data/models',
    { '/data/models': '/etc' },
    'ollama.service opens /data/models (/etc) for writing. Expected only directories of its own.',
  ],
  [
    '/lib/systemd/system',
    { '/lib/systemd/system': '/usr/lib/systemd/system' },
    expect.stringContaining('(/usr/lib/systemd/system) for writing'),
  ],
  ['/data/models', { '/data/models': '/srv/models' }, 'ollama.service opens /data/models (/srv/models) for writing.'],
  ['/data/all', { '/data/all': '/' }, expect.stringContaining('names /data/all (/) opens nothing')],
])('inference-unit-writes-own-paths, %s behind a link', (paths, links, expected) => {
  expect(askUnit(writesOwnPaths, unit({ ProtectSystem: 'strict', ReadWritePaths: paths }, { links }))[0]?.reason).toEqual(expected)
})

// Each as systemd 252 does it: what it lists could be written, or could not.
test.each<[string, Record<string, string>, 'open' | 'shut']>([
  ['closed again', { ReadWritePaths: '/etc/cron.d', ReadOnlyPaths: '/etc/cron.d' }, 'shut'],
  ['closed again by a bind mount', { ReadWritePaths: '/etc/cron.d', BindReadOnlyPaths: '/srv/cron:/etc/cron.d:rbind' }, 'shut'],
  ['opened below what is closed', { ReadWritePaths: '/etc/cron.d', ReadOnlyPaths: '/etc' }, 'open'],
  ['closed in part', { ReadWritePaths: '/etc', ReadOnlyPaths: '/etc/ssh /etc/cron.d' }, 'open'],
  ['hidden', { ReadWritePaths: '/etc/cron.d', InaccessiblePaths: '-/etc' }, 'shut'],
  ['hidden itself', { ReadWritePaths: '/etc/cron.d', InaccessiblePaths: '/etc/cron.d' }, 'shut'],
  ['behind an empty folder', { ReadWritePaths: '-/etc/cron.d', TemporaryFileSystem: '/etc:ro' }, 'shut'],
  ['in place of an empty folder', { ReadWritePaths: '/etc/cron.d', TemporaryFileSystem: '/etc/cron.d' }, 'open'],
  ['behind another folder', { ReadWritePaths: '/etc/cron.d', BindPaths: '/srv/etc:/etc:rbind' }, 'shut'],
  ['behind itself', { ReadWritePaths: '/etc/cron.d', BindPaths: '/etc:/etc:rbind' }, 'open'],
  ['behind homes that are hidden', { ReadWritePaths: '/root/.ssh', ProtectHome: 'yes' }, 'shut'],
  ['in homes that are hidden', { BindPaths: '/root/.ssh:/root/.ssh:rbind', ProtectHome: 'yes' }, 'shut'],
  ['behind homes that are empty', { ReadWritePaths: '-/root/.ssh', ProtectHome: 'tmpfs' }, 'shut'],
  ['in homes that are empty', { BindPaths: '/root/.ssh:/root/.ssh:rbind', ProtectHome: 'tmpfs' }, 'open'],
  ['in homes that are read', { ReadWritePaths: '/root/.ssh', ProtectHome: 'read-only' }, 'open'],
  ['elsewhere', { BindPaths: '/etc/cron.d:/mnt:rbind', ReadOnlyPaths: '/etc/cron.d' }, 'open'],
  ['elsewhere, and closed', { BindPaths: '/etc/cron.d:/mnt:rbind', ReadOnlyPaths: '/mnt' }, 'shut'],
  ['elsewhere, and hidden', { BindPaths: '/etc/cron.d:/mnt/x:rbind', InaccessiblePaths: '/mnt' }, 'shut'],
  ['as its settings', { ConfigurationDirectory: 'cron.d' }, 'open'],
  ['as its settings, closed again', { ConfigurationDirectory: 'cron.d', ReadOnlyPaths: '/etc/cron.d' }, 'shut'],
  ['as settings that are its own', { ConfigurationDirectory: 'vllm' }, 'shut'],
])('inference-unit-writes-own-paths, as systemd 252 has it: %s', (_, properties, expected) => {
  const [verdict] = askUnit(writesOwnPaths, unit({ ProtectSystem: 'strict', ReadWritePaths: '', ...properties }))
  expect(verdict?.status).toBe(expected === 'open' ? 'fail' : 'pass')
})

describe('folders that systemd gives to the account of the unit, with all that lies there', () => {
  test.each<[Record<string, string>, string]>([
    [{ StateDirectory: 'ollama dpkg' }, '/var/lib/dpkg'],
    [{ StateDirectory: 'docker/volumes/x' }, '/var/lib/docker/volumes/x'],
    [{ CacheDirectory: 'apt' }, '/var/cache/apt'],
    [{ LogsDirectory: 'audit' }, '/var/log/audit'],
    [{ RuntimeDirectory: 'systemd/system' }, '/run/systemd/system'],
    [{ RuntimeDirectory: '"my own" containerd' }, '/run/containerd'],
  ])('%o', (properties, path) => {
    for (const ProtectSystem of ['no', 'strict']) {
      const [verdict] = askUnit(writesOwnPaths, unit({ ProtectSystem, ReadWritePaths: '', ...properties }))
      expect(verdict).toMatchObject({ status: 'fail', title: 'The unit owns system directories' })
      expect(verdict?.reason).toContain(`makes ${path}, and all below it, ai’s`)
      expect(verdict?.cite.length).toBe(1)
    }
  })
  test.each<[Record<string, string>, Partial<Unit>, string]>([
    [{ StateDirectory: 'ollama', LogsDirectory: 'ollama', RuntimeDirectory: 'ollama', CacheDirectory: 'ollama/x' }, {}, 'pass'],
    // Of what is there its owner stays.
    [{ ConfigurationDirectory: 'cron.d', ProtectSystem: 'no' }, {}, 'not-applicable'],
    [{ StateDirectory: 'dpkg', ProtectSystem: 'no' }, { user: '' }, 'not-applicable'],
    [{ StateDirectory: 'dpkg' }, { user: '' }, 'fail'],
    [{ StateDirectory: 'dpkg' }, { user: '', dynamicUser: true }, 'fail'],
  ])('%o of %o: %s', (properties, more, expected) => {
    const [verdict] = askUnit(writesOwnPaths, unit({ ProtectSystem: 'strict', ReadWritePaths: '', ...properties }, more))
    expect(verdict?.status).toBe(expected)
  })
})
