import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SectionSpec } from '#core/probe/section.ts'
import { shellQuote } from '#core/probe/shell-quote.ts'
import { privilegedCommands } from '#core/probe/sudoers.ts'
import type { Host } from '#shared/model/fleet.ts'
import { lab, run } from '../lab/lab.ts'

export interface Playbook {
  readonly file: string
  readonly environment: NodeJS.ProcessEnv
  close(): Promise<void>
}

/** Words of one section as Ansible runs them. `gh_sudo N` of script sections is the N-th command itself: the task has root already. */
function wordsOf(section: SectionSpec): readonly string[] {
  if (section.kind === 'command') return section.argv
  const cases = section.privileged.map(({ argv }, index) => `${index + 1}) ${argv.map(shellQuote).join(' ')} ;;`)
  const sudo = `gh_sudo() {\ncase $1 in\n${cases.join('\n')}\n*) return 126 ;;\nesac\n}\n`
  return ['/bin/sh', '-c', sudo + section.script, 'gatehouse', ...section.parameters]
}

/**
 * The sections of the probe as a playbook, one task each, as somebody would write it who knows Ansible: pipelining, one kept connection, no
 * facts. It logs in with the change account, since Ansible's become cannot live with sudoers lines of exact commands.
 */
export function writePlaybook(folder: string, sections: readonly SectionSpec[], host: Host): Playbook {
  const play = {
    hosts: 'all',
    gather_facts: false,
    tasks: sections.map((section) => ({
      name: section.id,
      'ansible.builtin.command': { argv: wordsOf(section) },
      become: privilegedCommands(section).length > 0,
      changed_when: false,
      failed_when: false,
    })),
  }
  return writePlay(folder, play, host)
}

/** One play for one host, over a kept connection. */
export function writePlay(folder: string, play: object, host: Host): Playbook {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'playbook.json') // JSON is YAML
  writeFileSync(file, JSON.stringify([play]))
  // Jinja would read {{ and {% of a script.
  if (/\{\{|\{%|\{#/.test(JSON.stringify(play))) writeFileSync(file, JSON.stringify([play]).replaceAll(/\{([{%#])/g, "{{ '{' }}$1"))
  const controlPath = join(folder, 'ansible-mux')
  writeFileSync(
    join(folder, 'ansible.cfg'),
    `[defaults]
host_key_checking = True
retry_files_enabled = False
interpreter_python = /usr/bin/python3
local_tmp = ${join(folder, 'ansible-local')}
[ssh_connection]
pipelining = True
ssh_args = -F ${lab.sshConfig} -o ControlMaster=auto -o ControlPersist=600
control_path = ${controlPath}
`,
  )
  const { name } = host
  writeFileSync(join(folder, 'inventory'), `${name} ansible_user=gatehouse-change\n`)
  return {
    file,
    environment: {
      ...process.env,
      ANSIBLE_CONFIG: join(folder, 'ansible.cfg'),
      ANSIBLE_INVENTORY: join(folder, 'inventory'),
      ANSIBLE_HOME: join(folder, 'ansible-home'),
      SSH_ASKPASS: lab.askpass,
      SSH_ASKPASS_REQUIRE: 'force',
      LC_ALL: 'C.UTF-8',
    },
    close: async () => void (await run('ssh', ['-O', 'exit', '-o', `ControlPath=${controlPath}`, name])),
  }
}

export async function runPlaybook({ file, environment }: Playbook): Promise<void> {
  const { status, stdout, stderr } = await run('ansible-playbook', [file], { env: environment })
  if (status !== 0) throw new Error(`ansible-playbook ended with ${status}: ${stdout.slice(-2000)} ${stderr.slice(-2000)}`)
}
