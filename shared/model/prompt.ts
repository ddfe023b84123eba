import { z } from 'zod'

/** Something only the admin can answer. Prompts queue; each is answered once. Secrets go one way: into the engine. */
const base = { id: z.string(), /** Hop concerned. */ hop: z.string(), address: z.string() }

export const fingerprintSchema = z.object({
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `rsa-sha2-512` … */
  keyType: z.string(),
  /** `SHA256:` and 43 base64 characters, as OpenSSH prints it. */
  sha256: z.string(),
})
export type Fingerprint = z.infer<typeof fingerprintSchema>

export const promptSchema = z.discriminatedUnion('kind', [
  z.object({
    ...base,
    kind: z.literal('host-key-unknown'),
    presented: fingerprintSchema,
    /** Prints the fingerprint on the server itself, e.g. `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`. */
    command: z.string(),
    /** Other hosts that are known under this very key. */
    alsoKnownAs: z.array(z.string()),
  }),
  z.object({ ...base, kind: z.literal('passphrase'), file: z.string(), attempt: z.int() }),
  z.object({ ...base, kind: z.literal('password'), user: z.string(), attempt: z.int() }),
  /** The password by which sudo lets this account become root. */
  z.object({ ...base, kind: z.literal('sudo'), user: z.string(), attempt: z.int() }),
  z.object({
    ...base,
    kind: z.literal('keyboard-interactive'),
    title: z.string(),
    instructions: z.string(),
    fields: z.array(z.object({ label: z.string(), echo: z.boolean() })),
    attempt: z.int(),
  }),
])
export type Prompt = z.infer<typeof promptSchema>

/** What the caller of a prompt hands over; the service adds the id. */
export type PromptRequest = Prompt extends infer P ? (P extends Prompt ? Omit<P, 'id'> : never) : never

/** `answers` follow the order of the fields; a host key is trusted with `['trust']`. Null declines. */
export const promptAnswerSchema = z.object({ id: z.string(), answers: z.array(z.string()).nullable() })
export type PromptAnswer = z.infer<typeof promptAnswerSchema>

/** A host key that differs from the pinned one. Not a prompt: nothing can be answered, only compared and mended outside. */
export const changedKeySchema = z.object({
  hop: z.string(),
  address: z.string(),
  pinned: z.array(fingerprintSchema),
  presented: fingerprintSchema,
  /** File and line of the pinned entry. */
  pinnedAt: z.string(),
  at: z.iso.datetime(),
  command: z.string(),
  /** Removes the old entry, for a terminal: `ssh-keygen -R …`. */
  removal: z.string(),
})
export type ChangedKey = z.infer<typeof changedKeySchema>
