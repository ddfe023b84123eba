import { quarantineProgram } from '#core/models/registry/quarantine/quarantine-program.ts'
import type { DemoMachine } from './machine-model.ts'

/** What root on a simulated host says to the very program that this build would send; undefined to another. */
export function moveAside(machine: DemoMachine, script: string): string | undefined {
  const value = (name: string) => new RegExp(`^${name}='([^'\\n]*)'$`, 'm').exec(script)?.[1] ?? ''
  const [nonce, root, path, id] = [value('gh_k'), value('gh_root'), value('gh_path'), value('gh_id')]
  if (!/^[0-9a-f]{32}$/.test(nonce)) return undefined
  const is = (way: 'take' | 'back') => quarantineProgram(way, { root, path, id }, nonce) === script
  const refuse = (why: string) => `${nonce} failed ${why}\n`
  const file = machine.now().files.get(path)
  const aside = machine.aside.get(id)
  if (is('take')) {
    if (file?.type !== 'file') return refuse(`no-file ${path} is no regular file`)
    if (aside) return refuse('taken it lies in the quarantine already')
    machine.aside.set(id, file)
    machine.put([[path, undefined]])
  } else if (is('back')) {
    if (!aside) return refuse('no-file it does not lie in the quarantine')
    if (file) return refuse(`in-the-way something lies at ${path}`)
    machine.aside.delete(id)
    machine.put([[path, aside]])
  } else return undefined
  return `${nonce} end\n`
}
