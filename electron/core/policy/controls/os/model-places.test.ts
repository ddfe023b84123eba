import { describe, expect, test } from 'vitest'
import type { AuditRules } from '../../../facts/privileged/privileged.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import directoriesAudited from './model-directories-audited.control.ts'
import storageEncrypted from './model-storage-encrypted.control.ts'
import { os } from './os-facts.testing.ts'

const directory = (path: string) => ({ path, exists: true, parents: [], entries: [], kinds: [], complete: true, line: 1 })
const models = { 'model-files': { directories: [directory('/srv/models')] } }
const ollama = service('ollama', { modelPaths: ['/srv/models'] })
const onModels = (control: AnyControl, text: string, more: Readonly<Record<string, unknown>> = {}) =>
  outcomes(ask(control, facts('', [ollama], { os: os(text), ...models, ...more })))

test.each<[string, string, string]>([
  ['dm-crypt', '@file-system ext4 /dev/mapper/m /srv /srv/models\n=m crypt\n=`-sda1 part', 'pass: Models lie on an encrypted device'],
  ['plain', '@file-system ext4 /dev/sda1 / /srv/models\n=sda1 part\n=`-sda disk', 'warning: Models lie on a plain disk'],
  [
    'btrfs on an encrypted and a plain disk',
    '@file-system btrfs /dev/mapper/a /srv /srv/models\n=a crypt\n=`-sda disk\n=sdb disk',
    'warning: Models lie on a plain disk',
  ],
  [
    'btrfs on a loop and an encrypted disk',
    '@file-system btrfs /dev/loop0 /srv /srv/models\n=loop0 loop\n=a crypt\n=`-sda disk',
    'warning: Models lie on a plain disk',
  ],
  [
    'a container file',
    '@file-system ext4 /dev/mapper/a /srv /srv/models\n=a crypt\n=`-loop0 loop',
    'pass: Models lie on an encrypted device',
  ],
  [
    'btrfs on an encrypted mirror and a plain disk',
    '@file-system btrfs /dev/mapper/a /srv /srv/models\n=a crypt\n=`-md0 raid1\n=  |-sda disk\n=  `-sdb disk\n=sdc disk',
    'warning: Models lie on a plain disk',
  ],
  [
    'btrfs on two encrypted mirrors',
    '@file-system btrfs /dev/mapper/a /srv /srv/models\n=a crypt\n=`-md0 raid1\n=  |-sda disk\n=  `-sdb disk\n=b crypt\n=`-md1 raid1\n=  `-sdc disk',
    'pass: Models lie on an encrypted device',
  ],
  [
    'a part that was not told',
    '@file-system ext4 /dev/mapper/a /srv /srv/models\n=v lvm\n=`-sda1 part',
    'not-evaluated: Not known to be encrypted whole',
  ],
  ['NFS', '@file-system nfs4 store:/m /srv/models /srv/models', 'not-evaluated: Encryption cannot be seen from here'],
  ['ZFS', '@file-system zfs tank/m /srv/models /srv/models', 'not-evaluated: Encryption cannot be seen from here'],
  ['memory', '@file-system tmpfs tmpfs /srv/models /srv/models', 'pass: Models lie in memory'],
  ['not told', '', 'not-evaluated: Storage of the models could not be read'],
])('model-storage-encrypted: %s', (_, text, expected) => {
  expect(onModels(storageEncrypted, text)).toEqual([expected])
})

describe('model-directories-audited', () => {
  const watch = (path: string, permissions = 'wa') => ({ path, permissions, line: 3 })
  const rules = (change: Partial<AuditRules>): { 'audit-rules': AuditRules } => ({
    'audit-rules': { loaded: [], excluded: [], enabled: true, loadedLine: 1, written: [], ...change },
  })
  const here = '@file-system ext4 /dev/sda1 / /srv/models\n=sda1 part'
  const runs = `${here}\n@services\n=auditd.service loaded active enabled`
  test.each<[string, string, Partial<AuditRules>, string]>([
    ['loaded', runs, { loaded: [watch('/srv/models')] }, 'pass: Writes to the models are recorded'],
    ['above, same file system', runs, { loaded: [watch('/srv')] }, 'pass: Writes to the models are recorded'],
    [
      'above, but mounted in between',
      '@file-system ext4 /dev/sdb1 /srv/models /srv/models',
      { loaded: [watch('/srv')] },
      'warning: Writes to the models are not recorded',
    ],
    ['the whole of the file system', runs, { loaded: [watch('/')] }, 'pass: Writes to the models are recorded'],
    ...['/srv/models', '/srv'].map((path): [string, string, Partial<AuditRules>, string] => [
      `${path}, where the directory is a link`,
      `@linked /srv/models\n=/data/models\n=itself\n${runs.replace(' / ', ' /data ')}`,
      { loaded: [watch(path)] },
      'warning: Writes to the models are not recorded',
    ]),
    ...['/srv/models', '/data/models', '/data'].map((path): [string, string, Partial<AuditRules>, string] => [
      `${path}, where a folder above is a link`,
      `@linked /srv/models\n=/data/models\n${runs.replace(' / ', ' /data ')}`,
      { loaded: [watch(path)] },
      'pass: Writes to the models are recorded',
    ]),
    ['a name that begins the same', runs, { loaded: [watch('/srv/mod')] }, 'warning: Writes to the models are not recorded'],
    ['reads only', runs, { loaded: [watch('/srv/models', 'r')] }, 'warning: The watch does not see every write'],
    ['written, not loaded', runs, { written: [watch('/srv/models')] }, 'fail: The watch is written but not loaded'],
    [
      'auditd stopped',
      `${here}\n@services\n=auditd.service loaded inactive disabled`,
      { loaded: [watch('/srv/models')] },
      'fail: The watch records nothing',
    ],
    [
      'auditd not told of by systemd, but by the kernel',
      here,
      { loaded: [watch('/srv/models')], taken: true },
      'pass: Writes to the models are recorded',
    ],
    ['nobody takes the records', here, { loaded: [watch('/srv/models')], taken: false }, 'fail: The watch records nothing'],
    [
      'whether anybody takes them was not read',
      here,
      { loaded: [watch('/srv/models')] },
      'not-evaluated: Whether the watch records is not known',
    ],
    [
      'whether auditing is on was not read',
      runs,
      { loaded: [watch('/srv/models')], enabled: undefined },
      'not-evaluated: Whether the watch records is not known',
    ],
    ['auditing off', runs, { loaded: [watch('/srv/models')], enabled: false }, 'fail: The watch records nothing'],
    [
      'for some accounts only',
      runs,
      { loaded: [{ ...watch('/srv/models'), narrowed: 'auid>=1000' }] },
      'warning: The watch does not see every write',
    ],
    [
      'no task is kept',
      runs,
      { loaded: [watch('/srv')], hushed: [{ text: '-a never,task', whole: true, line: 1 }] },
      'fail: The watch records nothing',
    ],
    [
      'one program is kept out',
      runs,
      { loaded: [watch('/srv')], hushed: [{ text: '-a never,exit -F exe=/x', whole: false, line: 1 }] },
      'warning: The watch does not see every write',
    ],
    [
      'a folder below is kept out',
      runs,
      { loaded: [watch('/srv')], excluded: [{ ...watch('/srv/models/blobs'), line: 1 }] },
      'warning: The watch does not see every write',
    ],
    ['kept out', runs, { loaded: [watch('/srv')], excluded: [{ ...watch('/srv/models'), line: 1 }] }, 'fail: The watch records nothing'],
    [
      'kept out too late',
      runs,
      { loaded: [watch('/srv')], excluded: [{ ...watch('/srv/models'), line: 4 }] },
      'pass: Writes to the models are recorded',
    ],
    [
      'all calls are kept out too late',
      runs,
      { loaded: [watch('/srv')], hushed: [{ text: '-a never,exit -S all', whole: true, ordered: true, line: 4 }] },
      'pass: Writes to the models are recorded',
    ],
    [
      'a part elsewhere is kept out',
      runs,
      {
        loaded: [watch('/srv')],
        hushed: [{ text: '-a never,exit -F dir=/srv/www -F uid=4', whole: false, ordered: true, path: '/srv/www', line: 1 }],
      },
      'pass: Writes to the models are recorded',
    ],
    ['two rules share it', runs, { loaded: [watch('/srv', 'w'), watch('/srv/models', 'ra')] }, 'pass: Writes to the models are recorded'],
    ['none', runs, {}, 'warning: Writes to the models are not recorded'],
    ['the kernel did not answer', runs, { loaded: undefined }, 'not-evaluated: Loaded audit rules could not be read'],
  ])('%s', (_, text, change, expected) => {
    expect(onModels(directoriesAudited, text, rules(change))).toEqual([expected])
  })
})

test('no models and no server: not applicable', () => {
  for (const control of [storageEncrypted, directoriesAudited])
    expect(
      outcomes(
        ask(
          control,
          facts('', [], {
            os: os(''),
            'model-files': { directories: [] },
            'audit-rules': { loaded: [], excluded: [], written: [], loadedLine: 1 },
          }),
        ),
      ),
    ).toEqual(['not-applicable: No inference server and no models'])
})
