import { expect, test } from 'vitest'
import { secretForm } from './secret-form.ts'

const base = { id: 'p', hop: 'bastion-01', address: '10.0.0.1:22', attempt: 1 }

test('keyboard-interactive quotes the server and keeps every field', () => {
  const form = secretForm({
    ...base,
    kind: 'keyboard-interactive',
    title: '',
    instructions: 'Two factor\n login\u202e',
    fields: [
      { label: 'Password: ', echo: false },
      { label: '', echo: true },
    ],
  })
  expect(form.title).toContain('bastion-01')
  expect(form.lead).toBe('bastion-01 says: “Two factor login\ufffd”')
  expect(form.fields).toEqual([
    { label: 'Password', echo: false },
    { label: 'Answer 2', echo: true },
  ])
})

test('a password prompt names the account and the hop', () => {
  expect(secretForm({ ...base, kind: 'password', user: 'ops' })).toMatchObject({
    title: 'Password for ops on bastion-01',
    fields: [{ echo: false }],
  })
})

test('a password for sudo: who becomes root where, and to whom it is sent', () => {
  expect(secretForm({ ...base, kind: 'sudo', user: 'ops' })).toMatchObject({
    title: 'sudo on bastion-01 asks for a password',
    lead: expect.stringMatching(/ops may become root .* sent to sudo there, and stays in memory/),
    fields: [{ label: 'Password', echo: false }],
  })
})

test('a passphrase prompt names the file and says that it is not sent', () => {
  const form = secretForm({ ...base, kind: 'passphrase', file: '/home/a/.ssh/id' })
  expect(form.lead).toContain('/home/a/.ssh/id')
  expect(form.lead).toContain('not sent')
})
