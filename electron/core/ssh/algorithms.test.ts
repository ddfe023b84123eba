import { expect, test } from 'vitest'
import { algorithmsFor } from './algorithms.ts'

test('nothing weak is offered, and nothing that would stop the program', () => {
  const offered = JSON.stringify(algorithmsFor(new Set(['ssh-dss', 'ssh-rsa']), 'dense'))
  expect(offered).not.toMatch(/sha1|"ssh-rsa|dss|cbc|md5|umac|diffie-hellman|chacha|arcfour|zlib|-96/)
  expect(JSON.parse(offered)).toMatchObject({
    kex: expect.arrayContaining(['curve25519-sha256', 'ecdh-sha2-nistp256']),
    cipher: expect.arrayContaining(['aes256-gcm@openssh.com', 'aes256-ctr']),
    compress: ['none'],
  })
})

test('compression begins after the login, and only where commands are run', () => {
  expect(algorithmsFor(new Set(), 'commands').compress).toEqual(['zlib@openssh.com', 'none'])
})
