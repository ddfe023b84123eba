import { randomBytes } from 'node:crypto'
import { hash } from 'bcryptjs'
import { GatehouseError } from '#shared/errors.ts'
import { isValueOf } from '#shared/model/push-value.ts'

/** nginx checks the password of every request, and meanwhile its worker answers nobody: 2^10 rounds are some 50 ms. */
const COST = 10
/** bcrypt looks at no more; what came after would not count. */
const MAX_BYTES = 72
const MIN_CHARACTERS = 12

const refused = (detail: string): GatehouseError => new GatehouseError({ code: 'push.not-possible', detail })

/** A password of 120 random bits: 24 letters and digits that are not taken for each other. */
export const makePassword = (): string => [...randomBytes(24)].map((byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte % 32]).join('')

/**
 * `name:hash` for a password file of the proxy (bcrypt, `$2b$`), made here: the password goes to no host. Throws `push.not-possible` for a
 * name that cannot stand there, and for a password that is too short or longer than bcrypt reads.
 */
export async function loginOf(name: string, password: string): Promise<string> {
  if (password.length < MIN_CHARACTERS) throw refused(`a password needs at least ${MIN_CHARACTERS} characters`)
  if (Buffer.byteLength(password) > MAX_BYTES || password.includes('\0'))
    throw refused(`bcrypt reads no more than ${MAX_BYTES} bytes, and no NUL`)
  const login = `${name}:${await hash(password, COST)}`
  if (!isValueOf({ type: 'login', title: 'login', many: false, required: true }, login))
    throw refused('a name has up to 64 letters, digits, dots, dashes and underscores')
  return login
}
