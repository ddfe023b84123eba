import { expect, test } from 'vitest'
import { sharedKeys } from './shared-keys.ts'

const account = (name: string, ...fingerprints: readonly string[]) => ({
  ...{ name, uid: name === 'root' ? 0 : 1001 },
  keys: fingerprints.map((fingerprint) => ({
    type: 'ssh-ed25519',
    fingerprint,
    comment: `of ${fingerprint}`,
    options: [] as string[],
    line: 1,
  })),
})

const authority = (name: string) => {
  const { keys, ...rest } = account(name, 'A')
  return { ...rest, keys: keys.map((key) => ({ ...key, options: ['cert-authority'] })) }
}

test.each([
  [
    'one person on many hosts',
    [
      ['h1', account('ada', 'A')],
      ['h2', account('ada', 'A')],
    ],
    [],
  ],
  [
    'two people of one host',
    [
      ['h1', account('ada', 'A')],
      ['h1', account('bob', 'A')],
    ],
    ['A shared 2: ada@h1 bob@h1'],
  ],
  [
    'two people on two hosts',
    [
      ['h1', account('ada', 'A')],
      ['h2', account('bob', 'A')],
    ],
    ['A shared 2: ada@h1 bob@h2'],
  ],
  [
    'a person who is root, too',
    [
      ['h1', account('ada', 'A')],
      ['h1', account('root', 'A')],
    ],
    ['A shared 2: ada@h1 root@h1'],
  ],
  [
    'root alone, on any host',
    [
      ['h1', account('root', 'A')],
      ['h2', account('root', 'A')],
    ],
    ['A nobody 1: root@h1 root@h2'],
  ],
  ['a key that stands twice in one file', [['h1', account('ada', 'A', 'A')]], []],
  [
    'an authority',
    [
      ['h1', authority('ada')],
      ['h1', authority('bob')],
    ],
    [],
  ],
  ['no keys', [['h1', account('ada')]], []],
  [
    'the key of most accounts first',
    [
      ['h1', account('a', 'B', 'A')],
      ['h1', account('b', 'A', 'B')],
      ['h1', account('c', 'A')],
    ],
    ['A shared 3: a@h1 b@h1 c@h1', 'B shared 2: a@h1 b@h1'],
  ],
] as const)('%s', (_, holders, expected) => {
  const found = sharedKeys(holders.map(([host, one]) => ({ host, accounts: [one] })))
  expect(
    found.map(
      ({ fingerprint, why, accounts, places }) =>
        `${fingerprint} ${why} ${accounts}: ${places.map((at) => `${at.account}@${at.host}`).join(' ')}`,
    ),
  ).toEqual(expected)
})
