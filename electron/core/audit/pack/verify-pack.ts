import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { keyDigestOf } from './key-digest.ts'
import { extractProblem } from './ledger-extract.ts'
import { aboutTheSums, LEDGER, LEDGER_HEAD, PUBLIC_KEY, SIGNATURE, SIGNERS, SSH_SIGNATURE, SUMS } from './pack-file.ts'
import { readPack } from './read-pack.ts'
import { allowedSigner, isSshSignature } from './ssh-signature.ts'

export interface PackVerdict {
  readonly files: number
  /** SHA-256 of the public key in the pack as DER, to be compared with what its console says. Empty when there is none. */
  readonly keyDigest: string
  /** Whether that is the key that was expected; undefined when none was. */
  readonly expectedKey: boolean | undefined
  /** What is wrong, one sentence each; empty when the pack is whole. */
  readonly problems: readonly string[]
}

/** Files that are kept to be read: all of them are short but the ledger. */
const kept: readonly string[] = [...aboutTheSums, LEDGER, LEDGER_HEAD]
const MAX_KEPT_BYTES = 256 * 1_048_576
/** A list of more problems helps nobody. */
const MAX_PROBLEMS = 50

/**
 * Checks a pack, folder or zip: every file against `SHA256SUMS`, that list against its signatures, the chain of the ledger. Throws
 * `pack.unreadable`.
 */
export async function verifyPack(path: string, expected?: KeyObject): Promise<PackVerdict> {
  const digests = new Map<string, string>()
  const texts = new Map<string, Buffer>()
  const problems: string[] = []
  const found = (problem: string): void => void (problems.length < MAX_PROBLEMS && problems.push(problem))
  const folders = await readPack(path, async ({ path: name, chunks }) => {
    if (digests.has(name)) found(`${name} is there twice`)
    const hash = createHash('sha256')
    const parts: Buffer[] = []
    let size = 0
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
      if (kept.includes(name) && size <= MAX_KEPT_BYTES) parts.push(chunk)
    }
    if (kept.includes(name)) texts.set(name, Buffer.concat(parts))
    digests.set(name, hash.digest('hex'))
  })
  const needed = new Set([...digests.keys()].flatMap(parentsOf))
  for (const folder of folders) if (!needed.has(folder)) found(`${folder}/ was added`)
  const sums = texts.get(SUMS)
  const key = publicKeyIn(texts.get(PUBLIC_KEY))
  if (sums === undefined) found(`${SUMS} is missing`)
  else {
    for (const problem of sumProblems(sums.toString('utf8'), digests)) found(problem)
    const signature = texts.get(SIGNATURE)
    if (key === undefined) found(`${PUBLIC_KEY} does not hold an Ed25519 key and nothing else`)
    else if (signature === undefined || !verify(null, sums, key, signature))
      found(`${SIGNATURE} is not the signature of ${SUMS} by ${PUBLIC_KEY}`)
    if (key !== undefined) for (const problem of sshProblems(texts, sums, key)) found(problem)
  }
  const keyDigest = key === undefined ? '' : keyDigestOf(key)
  const expectedKey = expected === undefined ? undefined : keyDigest === keyDigestOf(expected)
  if (expectedKey === false) found('It is signed with another key than the expected one')
  const chain = extractProblem(texts.get(LEDGER)?.toString('utf8') ?? '', texts.get(LEDGER_HEAD)?.toString('utf8') ?? '')
  if (chain !== undefined) found(chain)
  return { files: digests.size, keyDigest, expectedKey, problems }
}

const parentsOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, at, names) => names.slice(0, at + 1).join('/'))

/** What an auditor with ssh-keygen goes by says the same as what one with openssl does. */
function* sshProblems(texts: ReadonlyMap<string, Buffer>, sums: Buffer, key: KeyObject): Generator<string> {
  const text = (name: string) => texts.get(name)?.toString('utf8') ?? ''
  const publicKeyPem = key.export({ type: 'spki', format: 'pem' }).toString()
  if (!isSshSignature(text(SSH_SIGNATURE), sums, publicKeyPem)) yield `${SSH_SIGNATURE} is not the signature of ${SUMS} by ${PUBLIC_KEY}`
  if (text(SIGNERS) !== allowedSigner({ publicKeyPem })) yield `${SIGNERS} does not name the key of ${PUBLIC_KEY}, and it alone`
}

/** Every file is listed once with its digest, and every listed file is there. */
function* sumProblems(text: string, digests: ReadonlyMap<string, string>): Generator<string> {
  const listed = new Set<string>()
  for (const line of text.split('\n').slice(0, -1)) {
    const [, digest, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    if (digest === undefined || name === undefined) yield `${SUMS} has a line that is no digest`
    else {
      listed.add(name)
      const real = digests.get(name)
      if (real === undefined) yield `${name} is missing`
      else if (real !== digest) yield `${name} is not the file that was written`
    }
  }
  for (const name of digests.keys()) if (!listed.has(name) && !aboutTheSums.includes(name)) yield `${name} was added`
}

function publicKeyIn(pem: Buffer | undefined): KeyObject | undefined {
  if (pem === undefined) return undefined
  try {
    const key = createPublicKey(pem)
    const isAlone = pem.toString('utf8').trim() === key.export({ type: 'spki', format: 'pem' }).toString().trim()
    return key.asymmetricKeyType === 'ed25519' && isAlone ? key : undefined
  } catch {
    return undefined
  }
}
