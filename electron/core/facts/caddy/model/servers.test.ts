import { expect, test } from 'vitest'
import { type JsonNode, parseJsonLines } from '../json-lines.ts'
import { readListens, readServers, speaksHttp3 } from './servers.ts'

test.each([
  [':443', [['*:443', 'wildcard', 443]]],
  ['127.0.0.1:80', [['127.0.0.1:80', 'loopback', 80]]],
  [
    'localhost:80-81',
    [
      ['localhost:80', 'loopback', 80],
      ['localhost:81', 'loopback', 81],
    ],
  ],
  ['tcp/[::]:80', [['[::]:80', 'wildcard', 80]]],
  ['10.0.0.1:80', [['10.0.0.1:80', 'specific', 80]]],
  ['unix//run/x.sock', [['unix//run/x.sock', 'unix', 0]]],
  ['udp/:443', []],
])('listen %s', (text, expected) => {
  expect(readListens({ kind: 'string', line: 1, text }).map(({ printed, scope, port }) => [printed, scope, port])).toEqual(expected)
})

test.each([
  ['TLS as it comes', {}, ':443', true],
  ['without it', { protocols: ['h1', 'h2'] }, ':443', false],
  ['named', { protocols: ['h1', 'h2', 'h3'] }, ':443', true],
  ['no TLS', { automatic_https: { disable: true } }, ':443', false],
  ['the port of HTTP', {}, ':80', false],
  ['named for this address alone', { protocols: ['h1'], listen_protocols: [['h3']] }, ':443', true],
  ['not for this address', { listen_protocols: [['h1', 'h2']] }, ':443', false],
  ['nothing of its own for this address', { protocols: ['h1'], listen_protocols: [null] }, ':443', false],
])('HTTP/3: %s', (_, more, listen, expected) => {
  const http = { servers: { s: { listen: [listen], ...more } } }
  const [server] = readServers(parseJsonLines(JSON.stringify({ apps: { http } }), 1) as JsonNode)
  const [first] = server?.listens ?? []
  expect(server && first && speaksHttp3(server, first)).toBe(expected)
})
