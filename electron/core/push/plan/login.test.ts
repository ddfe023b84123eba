import { compare } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { loginOf, makePassword } from './login.ts'

test('the hash is that of the password and of no other; nginx takes it, as the lab proves', async () => {
  const password = makePassword()
  const login = await loginOf('analyst', password)
  expect(login).toMatch(/^analyst:\$2b\$10\$/)
  const hash = login.slice('analyst:'.length)
  expect([await compare(password, hash), await compare(`${password}x`, hash)]).toEqual([true, false])
})

test('no two passwords are the same', () => {
  const made = new Set(Array.from({ length: 100 }, makePassword))
  expect(made.size).toBe(100)
  for (const one of made) expect(one).toMatch(/^[a-z2-9]{24}$/)
})

describe('refused', () => {
  test.each([
    ['a name with the mark between name and hash', 'a:b', 'long enough, really'],
    ['a name of two lines', 'a\nroot', 'long enough, really'],
    ['no name', '', 'long enough, really'],
    ['a short password', 'a', 'short'],
    ['a password of which bcrypt would read a part', 'a', 'x'.repeat(73)],
    ['the same in bytes', 'a', 'é'.repeat(37)],
    ['NUL', 'a', 'long enough,\0 really'],
  ])('%s', async (_, name, password) => {
    await expect(loginOf(name, password)).rejects.toMatchObject({ failure: { code: 'push.not-possible' } })
  })
})
