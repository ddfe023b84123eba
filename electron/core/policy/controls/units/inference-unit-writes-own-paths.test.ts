import { expect, test } from 'vitest'
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
  ['/root/.ssh', 'fail: The unit may write system directories'],
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
