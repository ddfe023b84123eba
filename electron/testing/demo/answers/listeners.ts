import { type Answering, lines } from '../answer.ts'

/** `ss -Htulnp`: without root only the sockets of the audit account have names, and it owns none. */
export const listeners: Answering = (host) =>
  lines(
    host.listeners.map(({ protocol, address, port, process, pid }) => {
      const local = `${address.includes(':') ? `[${address}]` : address}:${port}`
      const peer = address.includes(':') ? '[::]:*' : address === '*' ? '*:*' : '0.0.0.0:*'
      const users = host.sudo ? ` users:(("${process}",pid=${pid},fd=3))` : ''
      return `${protocol} ${protocol === 'tcp' ? 'LISTEN' : 'UNCONN'} 0 4096 ${local.padStart(22)} ${peer.padStart(16)}${users}`
    }),
  )
