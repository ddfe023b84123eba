import { z } from 'zod'

/** Whether the person at this console has shown a code of their authenticator lately. */
export const stepUpStateSchema = z.object({
  enrolled: z.boolean(),
  /** Where the secret of the authenticator lies: in the key ring of the platform, or, where there is no sound one, in memory until the program ends. */
  kept: z.enum(['key-ring', 'session']),
  /** Until when nothing more is asked; null when a code is needed. */
  unlockedUntil: z.iso.datetime().nullable(),
  /** Until when no code is taken, after too many wrong ones. */
  blockedUntil: z.iso.datetime().nullable(),
})
export type StepUpState = z.infer<typeof stepUpStateSchema>

/** Shown once, while an authenticator is enrolled. It holds the secret. */
export const enrolmentSchema = z.object({
  /** Base32 (RFC 4648), in groups of four. */
  secret: z.string(),
  /** `otpauth://totp/…`, the key URI of authenticator apps. */
  uri: z.string(),
  /** The URI as a QR code: rows of `1` (dark) and `0`, without the quiet zone. */
  qr: z.array(z.string().regex(/^[01]+$/)),
})
export type Enrolment = z.infer<typeof enrolmentSchema>
