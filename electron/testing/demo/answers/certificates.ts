import type { Answer } from '../answer.ts'
import { lines } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'
import { dumpOf } from './nginx.ts'

/** Certificates that the nginx configuration names, and what its TLS port serves: TLS 1.2 and 1.3 with the first of them. */
export function certificates(host: DemoHost): Answer {
  if (host.nginx === undefined || !host.sudo) return lines([])
  const dump = dumpOf(host)
  const paths = [...new Set([...dump.matchAll(/^\s*ssl_certificate\s+([^;\s]+);/gm)].map((match) => match[1] ?? ''))]
  const name = /^\s*server_name\s+([^;\s]+)/m.exec(dump)?.[1] ?? '-'
  const pem = (path: string) => (host.files.get(path)?.content ?? '').trimEnd().split('\n')
  const [first] = paths
  return lines([
    ...paths.flatMap((path) =>
      host.files.has(path) ? [`#certificate ${path}`, ...pem(path)] : [`#certificate ${path}`, `#unreadable ${path}`],
    ),
    ...(first === undefined
      ? []
      : [
          `#version 443 ${name} tls1 error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version `,
          `#version 443 ${name} tls1_1 error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version `,
          `#version 443 ${name} tls1_2 New, TLSv1.2, Cipher is ECDHE-RSA-AES128-GCM-SHA256 `,
          `#version 443 ${name} tls1_3 New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384 `,
          `#served 443 ${name}`,
          ...pem(first),
        ]),
  ])
}
