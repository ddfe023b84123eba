import { expect, test } from 'vitest'
import { expectedHandlers } from './expected.handlers.ts'

const open = async (
  document: string | null,
  chosen: { digests: string | null; key: string | null; root: string | null },
  page: object = {},
) => {
  const calls: unknown[] = []
  const dialogs = { openDigests: async () => chosen.digests, openKey: async () => chosen.key, openTrustedRoot: async () => chosen.root }
  const handlers = expectedHandlers(dialogs, async (...call) => {
    calls.push(call)
    return { ok: true, value: 'what it states' }
  })
  return { value: await handlers['models:expect-open']({ document, ...page } as never), calls }
}
const all = { digests: '/media/usb/SHA256SUMS', key: '/media/usb/publisher.pem', root: '/media/usb/trusted_root.json' }

test('the document that the dialog named is read, whatever the page sent', async () => {
  expect(await open(null, all, { path: '/etc/shadow' })).toEqual({
    value: 'what it states',
    calls: [['models:expect-open', { document: null, path: all.digests }]],
  })
})

test('for a document that is open, a key is asked for', async () => {
  const document = 'a'.repeat(64)
  expect((await open(document, all)).calls).toEqual([['models:expect-open', { document, path: all.key }]])
})

test('with an identity and its issuer, a trusted root is asked for', async () => {
  const [document, signer] = ['a'.repeat(64), { identity: 'ada@example.com', issuer: 'https://accounts.example.com' }]
  const { calls } = await open(document, all, { signer, rootPath: '/etc/passwd', path: '/etc/shadow' })
  expect(calls).toEqual([['models:expect-open', { document, signer, path: all.root }]])
  expect(await open(document, { ...all, root: null }, { signer })).toEqual({ value: null, calls: [] })
})

test('a closed dialog reads nothing', async () => {
  expect(await open(null, { ...all, digests: null })).toEqual({ value: null, calls: [] })
})
