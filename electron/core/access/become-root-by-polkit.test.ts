import { expect, test } from 'vitest'
import { type Host, manageUnits, way } from './host-access.testing.ts'

test.each<[string, Host, string | undefined]>([
  [
    'an action that polkit grants to everybody',
    { actions: 'org.freedesktop.systemd1.manage-units\t' },
    'polkit, which grants everybody org.freedesktop.systemd1.manage-units → root',
  ],
  ['an action of a distribution that leads nowhere', { actions: 'org.freedesktop.login1.set-self-linger\t' }, undefined],
  [
    'a program that pkexec starts for everybody',
    { actions: 'org.x.find\t/usr/bin/find', paths: 'regular file/755/root/root//usr/bin/find' },
    '/usr/bin/find, which is run as root for everybody by pkexec → root',
  ],
  [
    'a program of hers that pkexec starts for everybody',
    { actions: 'org.x.run\t/opt/x/run', paths: 'regular file/755/ada/ada//opt/x/run' },
    'owns /opt/x/run, which is run as root for everybody by pkexec → root',
  ],
  ['a group', { polkit: manageUnits('subject.isInGroup("ops")'), groups: { ops: 'ada' } }, 'a rule of polkit → root'],
  ['one unit', { polkit: manageUnits('action.lookup("unit") == "vllm.service" && subject.user == "ada"') }, undefined],
  ['a unit and what to do', { polkit: manageUnits('action.lookup("verb") == "restart" && subject.user == "ada"') }, undefined],
  [
    'a unit by how it begins',
    { polkit: manageUnits('action.lookup("unit").indexOf("vllm") == 0 && subject.user == "ada"') },
    'a rule of polkit → root → (only if the other conditions of the rule hold)',
  ],
  ['two conditions about who asks', { polkit: manageUnits('subject.user == "ada" && subject.isInGroup("ops")') }, undefined],
  [
    'both of which she meets',
    { polkit: manageUnits('subject.user == "ada" && subject.isInGroup("ops")'), groups: { ops: 'ada' } },
    'a rule of polkit → root',
  ],
  [
    'two groups',
    { polkit: manageUnits('subject.isInGroup("ops") && subject.isInGroup("ml")'), groups: { ops: 'ada', ml: 'bob' } },
    undefined,
  ],
  [
    'a rule before it that refuses',
    { polkit: `${manageUnits('subject.isInGroup("ops")').replace('YES', 'NO')}\n${manageUnits('subject.user == "ada"')}` },
    'a rule of polkit → root → (only if the other conditions of the rule hold)',
  ],
  ...(
    [
      ['org.freedesktop.systemd1.set-environment', ''],
      ['org.freedesktop.machine1.host-shell', ''],
      ['io.snapcraft.snapd.manage', ''],
      ['org.libvirt.unix.manage', ''],
      ['org.freedesktop.udisks2.open-device-system', ''],
      ['com.vendor.helper', ' → (only if com.vendor.helper, which is not known here, leads to it)'],
      ['org.freedesktop.timedate1.set-time', undefined],
      ['org.freedesktop.udisks2.filesystem-mount', undefined],
    ] as const
  ).map(([action, more]): [string, Host, string | undefined] => [
    `${action}`,
    { polkit: manageUnits('subject.user == "ada"').replace('org.freedesktop.systemd1.manage-units', action) },
    more === undefined ? undefined : `a rule of polkit → root${more}`,
  ]),
  [
    'an administrator by name',
    { polkit: 'polkit.addAdminRule(function(action, subject) { return ["unix-user:ada"]; });' },
    'an administrator of polkit → root → (asks for its own password)',
  ],
  ['another account', { polkit: manageUnits('subject.user == "bob"') }, undefined],
  [
    'more conditions',
    { polkit: manageUnits('subject.user == "ada" && subject.active') },
    'a rule of polkit → root → (only if the other conditions of the rule hold)',
  ],
])('root by polkit: %s', (_, host, expected) => expect(way(host, 'ada', 'become-root')).toBe(expected))
