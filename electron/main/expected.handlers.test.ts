import { expect, test } from 'vitest'
import { expectedHandlers } from './expected.handlers.ts'

const open = async (document: string | null, chosen: { digests: string | null; key: string | null }, page: object = {}) => {
  const calls: unknown[] = []
  const dialogs = { openDigests: async () => chosen.digests, openKey: async () => chosen.key }
  const handlers = expectedHandlers(dialogs, async (...call) => {
    calls.push(call)
    return { ok: true, value: 'what it states' }
  })
  return { value: await handlers['models:expect-open']({ document, ...page } as never), calls }
}
const both = { digests: '/media/usb/SHA256SUMS', key: '/media/usb/publisher.pem' }

test('the document that the dialog named is read, whatever the page sent', async () => {
  expect(await open(null, both, { path: '/etc/shadow' })).toEqual({
    value: 'what it states',
    calls: [['models:expect-open', { document: null, path: both.digests }]],
  })
})

test('for a document that is open, a key is asked for', async () => {
  const document = 'a'.repeat(64)
  expect((await open(document, both)).calls).toEqual([['models:expect-open', { document, path: both.key }]])
})

test('a closed dialog reads nothing', async () => {
  expect(await open(null, { ...both, digests: null })).toEqual({ value: null, calls: [] })
})
