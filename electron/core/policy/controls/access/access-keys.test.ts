import { describe, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { fleetKeysSection } from '../../../access/fleet-keys-section.ts'
import { keysOfHost } from '../../../access/key-owners.ts'
import { parseLoginKeys } from '../../../facts/access/login-keys.ts'
import { known } from '../../../facts/fact.ts'
import { parseFleetKeys } from '../../../facts/fleet-keys/parse.ts'
import type { PolicyContext, Verdict } from '../../control.ts'
import { contextOf, factsOf, judge, keyRow, NOW, policy, type Sin } from './access-facts.testing.ts'
import keysOnePerson from './access-keys-one-person.control.ts'
import keysPersonal from './access-keys-personal.control.ts'

describe('where keys may stand and nobody looked', () => {
  test.each<[string, Sin, string]>([
    ['a home elsewhere', { passwd: 'nia:x:1010:1010::/data/home/nia:/bin/bash' }, 'not-evaluated'],
    ['a home one folder deeper than is searched', { passwd: 'nia:x:1010:1010::/home/corp.example/nia:/bin/bash' }, 'not-evaluated'],
    ['a home of a service, without a shell', { passwd: 'tss:x:110:110::/data/tpm:/usr/sbin/nologin' }, 'pass'],
    ['a home that is not there', { passwd: 'nobody:x:65534:65534::/nonexistent:/bin/sh' }, 'pass'],
    ['a home in a folder of services', { passwd: 'postgres:x:111:111::/var/lib/postgresql:/bin/bash' }, 'pass'],
    ['a directory that lists nobody', { directory: true }, 'not-evaluated'],
    ['files of their own below /etc/ssh', { sshd: 'authorizedkeysfile .ssh/authorized_keys /etc/ssh/authorized_keys.d/%u' }, 'pass'],
    ['files elsewhere', { sshd: 'authorizedkeysfile .ssh/authorized_keys /srv/keys/%u' }, 'not-evaluated'],
    ['a program that gives keys', { sshd: 'authorizedkeyscommand /usr/bin/sss_ssh_authorizedkeys' }, 'not-evaluated'],
    ['no such program', { sshd: 'authorizedkeyscommand none' }, 'pass'],
  ])('%s', (_, sin, expected) => {
    expect(judge(keysPersonal, sin, undefined)).toEqual([expected])
  })

  test('two accounts of one home share its keys; one without a shell is nobody', () => {
    expect(judge(keysPersonal, { passwd: 'toor:x:0:0::/home/ada:/bin/sh' }, undefined)).toEqual([expect.stringMatching(/^warning SHA256:/)])
    expect(judge(keysPersonal, { passwd: 'www:x:33:33::/home/ada:/usr/sbin/nologin' }, undefined)).toEqual(['pass'])
  })
})

describe('access-keys-one-person', () => {
  const two = fleetSchema.parse({
    ...{ version: 1, name: 'x', identities: { audit: { user: 'gatehouse-ro' } } },
    hosts: ['gpu-01', 'gpu-02'].map((name) => ({ name, address: '10.0.0.1' })),
  })
  const [here, there] = two.hosts as [PolicyContext['host'], PolicyContext['host']]
  const keysOf = (sin: Sin, host: PolicyContext['host']) => {
    const facts = factsOf(sin)
    return keysOfHost({ ...facts, accounts: known(facts.accounts) }, two, host)
  }
  const judged = (mine: Sin, theirs: Sin | undefined, compared = mine) => {
    const facts = factsOf(mine)
    const others = theirs === undefined ? [] : [{ host: 'gpu-02', keys: keysOf(theirs, there) }]
    const section = fleetKeysSection(keysOf(compared, here), others)
    const given = {
      ...facts,
      access: facts.access.known && facts.access.value,
      accounts: known(facts.accounts),
      'fleet-keys': known(parseFleetKeys(section.stdout)),
    }
    const context = { fleet: two, host: here, now: NOW } as PolicyContext
    return (keysOnePerson.evaluate as unknown as (facts: unknown, context: PolicyContext) => readonly Verdict[])(given, context)
  }

  test.each<[string, Sin, Sin | undefined, readonly string[]]>([
    ['the same people with the same keys', {}, {}, ['pass']],
    ['one key for two names', {}, { keys: [['lund', 'a']] }, ['warning']],
    ['the key of one is in the file of root', {}, { keys: [['ada', 'a']], passwd: 'toor:x:0:0::/home/ada:/bin/sh' }, ['warning']],
    ['an account of Gatehouse there', {}, { keys: [['gatehouse-ro', 'a']] }, ['pass']],
    ['other keys there', {}, { keys: [['lund', 'x']] }, ['pass']],
    ['one key for two names, and not all were read', {}, { keys: [['lund', 'a']], links: ['/home/odd/.ssh'] }, ['warning']],
    ['a home there that is not searched', {}, { passwd: 'nia:x:1010:1010::/data/nia:/bin/bash' }, ['not-evaluated']],
    ['keys there were refused', {}, { keysUnread: true }, ['not-evaluated']],
    ['a home here that is not searched', { passwd: 'nia:x:1010:1010::/data/nia:/bin/bash' }, {}, ['not-evaluated']],
    ['no other host', {}, undefined, ['not-applicable']],
  ])('%s', (_, mine, theirs, expected) => {
    expect(judged(mine, theirs).map(({ status }) => status)).toEqual(expected)
  })

  test('a key that was not looked for has not passed, and what proves a shared one stands in both sections', () => {
    expect(judged({}, {}, { keys: [['ada', 'a']] }).map(({ status }) => status)).toEqual(['not-evaluated'])
    const [shared] = judged({}, { keys: [['lund', 'a']] })
    expect(shared?.title).toBe('One key opens accounts of 2 names')
    expect(shared?.cite.map(({ section, line }) => `${section} ${line}`)).toEqual(['access 20', 'fleet-keys 5'])
  })
})

test('a key of an authority is no key of a person', () => {
  const rows = ['ada', 'rey'].map((account, index) => {
    const row = keyRow([account, 'a'], index)
    return { ...row, text: row.text.replace('ssh-ed25519', 'cert-authority,principals="ops" ssh-ed25519') }
  })
  const facts = factsOf({})
  const access = facts.access.known ? { ...facts.access.value, keys: known(parseLoginKeys(rows)) } : expect.fail()
  const { fleet, host } = contextOf()
  expect(keysOfHost({ ...facts, access: known(access), accounts: known(facts.accounts) }, fleet, host).keys).toEqual([])
})

test('a key may stand behind a link, where nobody looked', () => {
  expect(judge(keysPersonal, { links: ['/home/rey/.ssh'] }, policy)).toEqual(['not-evaluated'])
  expect(judge(keysPersonal, { links: ['/home/nobody-here/.ssh'] }, policy)).toEqual(['pass'])
})
