import type { Client } from 'ssh2'
import type { SigningKey } from './signing-key.ts'
import { protocolOf, serverSoftware } from './ssh2-internals.ts'

/** What the server says to one authentication request (RFC 4252, RFC 4256). Texts are the server's own and not yet fit for showing. */
export type AuthReply =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly methods: readonly string[]; readonly partial: boolean }
  | { readonly kind: 'key-accepted' }
  | {
      readonly kind: 'questions'
      readonly title: string
      readonly instructions: string
      readonly fields: readonly { readonly prompt: string; readonly echo: boolean }[]
    }
  | { readonly kind: 'new-password-wanted' }

/** The messages of the authentication protocol, one request and its reply at a time. The flow is in `authentication.ts`. */
export interface AuthWire {
  /** Resolves when requests may be sent. */
  readonly ready: Promise<void>
  /** Signature algorithms the server takes (RFC 8308), when it said so. */
  signatureAlgorithms(): readonly string[] | undefined
  none(user: string): Promise<AuthReply>
  /** Asks whether the key would do. */
  offer(user: string, key: SigningKey, algorithm: string): Promise<AuthReply>
  /** Proves possession of the key. */
  sign(user: string, key: SigningKey, algorithm: string): Promise<AuthReply>
  password(user: string, password: string): Promise<AuthReply>
  keyboardInteractive(user: string): Promise<AuthReply>
  answer(answers: readonly string[]): Promise<AuthReply>
}

/**
 * Takes authentication over from ssh2, whose own sequence costs three more round trips per hop. Call right after `client.connect`.
 * To OpenSSH the first request is sent right behind the service request: RFC 4253 lets the client go on, and sshd reads them in order;
 * to other servers it waits for SERVICE_ACCEPT, as some are strict state machines.
 */
export function authWire(client: Client): AuthWire {
  const protocol = protocolOf(client)
  const handlers = protocol._handlers
  let algorithms: readonly string[] | undefined
  let replied: ((reply: AuthReply) => void) | undefined

  const reply = (said: AuthReply): void => {
    const waiting = replied
    replied = undefined
    waiting?.(said)
  }
  const ask = (send: () => void): Promise<AuthReply> =>
    new Promise((resolve) => {
      replied = resolve
      send()
    })

  const ready = new Promise<void>((resolve) => {
    handlers.SERVICE_ACCEPT = () => resolve()
    // EXT_INFO comes in the same flight as NEWKEYS and is read before the next turn of the event loop.
    client.once('handshake', () => {
      if (serverSoftware(client).startsWith('OpenSSH')) setImmediate(resolve)
    })
  })

  handlers.EXT_INFO = (_: never, extensions: readonly { readonly name: string; readonly algs: readonly string[] }[]) => {
    algorithms ??= extensions.find(({ name }) => name === 'server-sig-algs')?.algs
  }
  const succeed = handlers.USERAUTH_SUCCESS
  handlers.USERAUTH_SUCCESS = (...received) => {
    succeed?.(...received)
    reply({ kind: 'success' })
  }
  handlers.USERAUTH_FAILURE = (_: never, methods: readonly string[], partial: boolean) => reply({ kind: 'failure', methods, partial })
  handlers.USERAUTH_PK_OK = () => reply({ kind: 'key-accepted' })
  handlers.USERAUTH_PASSWD_CHANGEREQ = () => reply({ kind: 'new-password-wanted' })
  handlers.USERAUTH_INFO_REQUEST = (
    _: never,
    title: string,
    instructions: string,
    fields: readonly { readonly prompt: string; readonly echo: boolean }[] | undefined,
  ) => reply({ kind: 'questions', title, instructions, fields: fields ?? [] })

  return {
    ready,
    signatureAlgorithms: () => algorithms,
    none: (user) => ask(() => protocol.authNone(user)),
    offer: (user, key, algorithm) => ask(() => protocol.authPK(user, key.parsed, algorithm)),
    sign: (user, key, algorithm) =>
      new Promise((resolve, reject) => {
        replied = resolve
        protocol.authPK(user, key.parsed, algorithm, (data, done) => {
          key.sign(data, algorithm).then(done).catch(reject)
        })
      }),
    password: (user, password) => ask(() => protocol.authPassword(user, password)),
    keyboardInteractive: (user) => ask(() => protocol.authKeyboard(user)),
    answer: (answers) => ask(() => protocol.authInfoRes(answers)),
  }
}
