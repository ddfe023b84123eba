import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { arrange, type Server } from '../lab/lab.ts'

/** The same files by Gatehouse and by Ansible. */
export interface PushCase {
  readonly choice: PushDraft & { readonly host: Server }
  /** What Ansible does: the files with owner and mode, checked before they are put in place, and a handler. */
  readonly play: (plan: PushPlan) => object
  /** The host as it was, its service answering. */
  readonly reset: () => Promise<unknown>
}

const LOG_FORMAT = '/etc/nginx/conf.d/00-gatehouse-ai-access.conf'
const LOG = '/var/log/nginx/gatehouse-ai.log'
const LOG_ON = '/etc/nginx/conf.d/01-gatehouse-ai-access-log.conf'
const FOLDER = '/etc/systemd/system/ollama.service.d'
const DROP_IN = `${FOLDER}/zz-gatehouse-loopback.conf`

/** Of a file that is new. */
const contentOf = ({ files }: PushPlan, path: string): string => {
  const file = files.find((one) => one.path === path)
  if (file === undefined) throw new Error(`the plan has no ${path}`)
  return file.diff.map((line) => `${line.slice(1)}\n`).join('')
}

const copy = (name: string, plan: PushPlan, dest: string, validate: string, handler: string) => ({
  name,
  'ansible.builtin.copy': { content: contentOf(plan, dest), dest, owner: 'root', group: 'root', mode: '0644', validate },
  notify: handler,
})

const play = (tasks: readonly object[], handler: object) => ({
  ...{ hosts: 'all', gather_facts: false, become: true },
  tasks,
  handlers: [handler],
})

/** A snippet is checked inside of a configuration around it: nginx takes no snippet alone, and Ansible's `validate` gets one file. */
const nginxTakes = (before: string) =>
  `sh -c 'c=$(mktemp) && printf "events {} http { ${before}include %s; }" >$c && nginx -q -t -c $c; s=$?; rm -f $c; exit $s'`

/** nginx logs requests as JSON: two files of its configuration and a log, and a reload. */
export const reloadCase: PushCase = {
  choice: { host: 'gpu2', template: 'nginx-ai-access-log', parameters: {} },
  play: (plan) =>
    play(
      [
        {
          name: 'log',
          'ansible.builtin.copy': { content: '', dest: LOG, force: false, owner: 'root', group: 'www-data', mode: '0640' },
        },
        copy('format', plan, LOG_FORMAT, nginxTakes(''), 'reload'),
        copy('use', plan, LOG_ON, nginxTakes(`include ${LOG_FORMAT}; `), 'reload'),
      ],
      { name: 'reload', 'ansible.builtin.systemd': { name: 'nginx', state: 'reloaded' } },
    ),
  reset: () => arrange('gpu2', `rm -f ${LOG_FORMAT} ${LOG_ON} ${LOG}; systemctl reload nginx; sleep 1`),
}

/** Ollama on the loopback: a drop-in, systemd read anew, and a restart. */
export const restartCase: PushCase = {
  choice: { host: 'gpu3', template: 'ollama-loopback', parameters: { port: 11434 } },
  play: (plan) =>
    play(
      [
        { name: 'folder', 'ansible.builtin.file': { path: FOLDER, state: 'directory', mode: '0755' } },
        copy('drop-in', plan, DROP_IN, 'grep -q Service %s', 'restart'),
      ],
      { name: 'restart', 'ansible.builtin.systemd': { name: 'ollama', state: 'restarted', daemon_reload: true } },
    ),
  reset: () =>
    arrange(
      'gpu3',
      `rm -rf ${FOLDER}; systemctl daemon-reload; systemctl restart ollama; until curl -sf -o /dev/null http://127.0.0.1:11434/; do sleep 0.2; done`,
    ),
}
