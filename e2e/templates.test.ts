import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { shippedTemplates } from '#core/push/templates/templates.ts'

const lab = fileURLToPath(new URL('lab/', import.meta.url))
const tests = readdirSync(lab).filter((name) => name.endsWith('.test.ts'))

/** Their tests plan and push by other words than `templateDesk`: `push-desk.ts`, and the review of accounts. */
const otherwise: Readonly<Record<string, string>> = { 'ollama-loopback': 'push.lab.test.ts', 'accounts-closed': 'removals.lab.test.ts' }

/** On real hosts: found, pushed away, undone to the byte, pushed for good. On the simulated ones: `testing/demo/demo-templates.test.ts`. */
test.each(shippedTemplates().map(({ manifest: { id } }) => [id] as const))('%s is undone and pushed in the lab', (id) => {
  if (otherwise[id] !== undefined) return expect(tests).toContain(otherwise[id])
  const bodies = tests
    .flatMap((name) => readFileSync(lab + name, 'utf8').split(/^test(?:\.each)?\(/m))
    .filter((text) => text.includes(`templateDesk('${id}'`))
  expect(bodies.some((text) => /desk\.undone\(/.test(text) && /desk\.done\(/.test(text))).toBe(true)
})
