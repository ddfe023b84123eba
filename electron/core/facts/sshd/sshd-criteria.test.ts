import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areExclusive, holdsForAll, holdsForNobody, implies } from './sshd-criteria.ts'

test.each([
  ['user ada', 'user ben', true],
  ['user ada,ben', 'user ben', false],
  ['user ad*', 'user ada', false],
  ['user *,!ada', 'user ada', true],
  ['user *,!ada', 'user ada,ben', false],
  ['group ops', 'group web', false],
  ['user ada', 'address 10.0.0.0/8', false],
  ['address 10.0.0.0/8', 'address 10.1.0.0/16', false],
  ['address 10.0.0.0/8', 'address 192.168.0.0/16', true],
  ['address 10.0.0.0/8', 'address fd00::/8', true],
  ['address *,!10.0.0.0/8', 'address 10.1.0.0/16', true],
  ['address *,!10.1.0.0/16', 'address 10.0.0.0/8', false],
  ['address 10.0.*', 'address 192.168.0.0/16', false],
  ['group ops address 10.0.0.0/8', 'group web address 192.168.0.0/16', true],
  ['localport 22', 'localport 2222', true],
  ['invalid-user', 'user ada', false],
  ['user', 'user ada', false],
])('%s, and %s: no login matches both: %s', (one, other, expected) => {
  expect([areExclusive(one, other), areExclusive(other, one)]).toEqual([expected, expected])
})

test.each([
  ['all', true],
  ['user *', true],
  ['user=*', true],
  ['address 0.0.0.0/0,::/0', true],
  ['address 0.0.0.0/0', false],
  ['user * address 10.0.0.0/8', false],
  ['user *,!root', false],
  ['user', false],
  ['', false],
])('%s holds for every login: %s', (criteria, expected) => {
  expect(holdsForAll(criteria)).toBe(expected)
})

test.each([
  ['invalid-user', true],
  ['user !ada', true],
  ['all', false],
  // On Linux the name of the domain is empty where there is none, and the star fits that (OpenSSH 10.6).
  ['rdomain *', false],
])('%s holds for nobody who comes in: %s', (criteria, expected) => {
  expect(holdsForNobody(criteria)).toBe(expected)
})

test.each([
  ['user ada address 10.0.0.0/8', 'address 10.0.0.0/8', true],
  ['address 10.1.0.0/16', 'address 10.0.0.0/8', true],
  ['address 10.1.0.0/16', 'address *,!10.1.2.0/24', false],
  ['address 10.0.0.0/8', 'address 10.1.0.0/16', false],
  ['user ada', 'user ada,ben', true],
  ['user ada,ben', 'user ada', false],
  ['user ada', 'user ada,!ben', true],
  ['user ada', 'user a*,!ada', false],
  ['group ops', 'group *,!web', false],
  ['group ops', 'group o*', true],
  ['user Ada', 'user ada', false],
  ['user ada', 'user *,!b*', true],
  ['user ada address 10.1.0.0/16 user a*', 'user a* address 10.0.0.0/8', true],
  ['user ad*', 'user ad*,ben', false],
  ['user ada', 'group ops', false],
  ['user ada', '', false],
])('whoever matches %s matches %s: %s', (one, other, expected) => {
  expect(implies(one, other)).toBe(expected)
})

test('property: any words are read without an exception', () => {
  const words = fc.array(fc.oneof(fc.constantFrom('user', 'address', 'all', '*', '!10.0.0.0/8', '::/0', 'a,b'), fc.string()), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(words, words, (one, other) => {
      const [a, b] = [one.join(' '), other.join(' ')]
      holdsForAll(a)
      implies(a, b)
      expect(areExclusive(a, b)).toBe(areExclusive(b, a))
    }),
  )
})
