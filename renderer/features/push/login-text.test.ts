import { expect, test } from 'vitest'
import type { PushParameter } from '#shared/model/push-parameter.ts'
import { withOneMore } from './login-text.ts'

const logins: PushParameter = { type: 'login', title: 'x', many: true, required: true }

test.each([
  ['the first', '', 'ada:1', 'ada:1'],
  ['one more', 'ada:1', 'bo:2', 'ada:1, bo:2'],
  ['another password of the same name', 'ada:1 ,bo:2,', 'ada:3', 'bo:2, ada:3'],
  ['a name that begins alike', 'ada:1', 'ad:2', 'ada:1, ad:2'],
])('%s', (_, text, login, expected) => expect(withOneMore(logins, text, login)).toBe(expected))

test('where only one can stand it is the new one', () => expect(withOneMore({ ...logins, many: false }, 'ada:1', 'bo:2')).toBe('bo:2'))
