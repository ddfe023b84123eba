import type { Prompt } from '#shared/model/prompt.ts'
import { plainText } from '../../ui/plain-text.ts'

type SecretPrompt = Exclude<Prompt, { kind: 'host-key-unknown' }>

export interface SecretForm {
  readonly title: string
  readonly lead: string
  readonly fields: readonly { readonly label: string; readonly echo: boolean }[]
}

/** What a prompt asks for. Titles, instructions and labels of keyboard-interactive come from the server: they are quoted, never trusted. */
export function secretForm(prompt: SecretPrompt): SecretForm {
  const hop = plainText(prompt.hop, 80)
  const address = plainText(prompt.address, 120)
  if (prompt.kind === 'passphrase') {
    return {
      title: 'Passphrase of a private key',
      lead: `${plainText(prompt.file, 300)} is needed to log in to ${hop}. The passphrase stays in memory until Gatehouse closes and is not sent to the server.`,
      fields: [{ label: 'Passphrase', echo: false }],
    }
  }
  if (prompt.kind === 'password') {
    return {
      title: `Password for ${plainText(prompt.user, 80)} on ${hop}`,
      lead: `${hop} at ${address} asks for a password. Its host key is known.`,
      fields: [{ label: 'Password', echo: false }],
    }
  }
  if (prompt.kind === 'sudo') {
    return {
      title: `sudo on ${hop} asks for a password`,
      lead: `${plainText(prompt.user, 80)} may become root on ${hop} at ${address} by a password only. It is sent to sudo there, and stays in memory until Gatehouse closes.`,
      fields: [{ label: 'Password', echo: false }],
    }
  }
  const said = [prompt.title, prompt.instructions]
    .map((text) => plainText(text.replace(/\s+/g, ' ').trim(), 300))
    .filter((text) => text !== '')
  return {
    title: `${hop} asks before it lets you in`,
    lead: said.length === 0 ? `${hop} at ${address} sent no explanation.` : `${hop} says: “${said.join('. ')}”`,
    fields: prompt.fields.map((field, index) => ({
      label: plainText(field.label.trim().replace(/:$/, ''), 120) || `Answer ${index + 1}`,
      echo: field.echo,
    })),
  }
}
